"""A server of the protocol in my_protocol.json: python3 my_server.py [PORT]"""

import operator
import socket
import sys
import threading
from decimal import Decimal, DecimalException, InvalidOperation

OPERATIONS = {"ADD": operator.add, "SUB": operator.sub, "MUL": operator.mul, "DIV": operator.truediv}


def answer(line):
    try:
        word, a, b = line.decode("ascii").split()
        operation = OPERATIONS[word]
        a, b = Decimal(a), Decimal(b)
    except (UnicodeDecodeError, ValueError, KeyError, InvalidOperation):
        return "! what"
    try:
        return f"= {operation(a, b)}"
    except DecimalException:
        return "! by-zero"


def converse(connection):
    with connection, connection.makefile("rb") as lines:
        try:
            for line in lines:
                if line.strip() == b"BYE":
                    break
                connection.sendall((answer(line) + "\n").encode())
        except ConnectionError:
            pass  # this client has gone


with socket.create_server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 51216)) as listener:
    print("listening on 127.0.0.1:%d" % listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=converse, args=(connection,), daemon=True).start()
