"""Finds the messages in the stream by their line ends: python3 whole_lines.py [PORT]"""

import sys

from adder import answer, serve


def converse(connection):
    operands = []
    received = b""
    while octets := connection.recv(1024):
        received += octets
        while b"\n" in received:
            line, received = received.split(b"\n", 1)
            connection.sendall(answer(line, operands))


serve(converse, int(sys.argv[1]) if len(sys.argv) > 1 else 51216)
