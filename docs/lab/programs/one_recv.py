"""Takes what one recv returns for one message, which is wrong: python3 one_recv.py [PORT]"""

import sys

from adder import answer, serve


def converse(connection):
    operands = []
    while octets := connection.recv(1024):
        connection.sendall(answer(octets, operands))


serve(converse, int(sys.argv[1]) if len(sys.argv) > 1 else 51216)
