"""What a course would write: CALC/1, as far as the load goes, with a thread for each connection.

usage: threading_server.py PORT
"""

import operator
import socketserver
import sys
from decimal import Decimal

OPERATORS = {b"+": operator.add, b"-": operator.sub, b"*": operator.mul, b"/": operator.truediv}


class Calculator(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        operands = []
        for line in self.rfile:
            word = line.strip()
            if word in OPERATORS:
                right, left = operands.pop(), operands.pop()
                reply = f"RESULT {OPERATORS[word](left, right)}\n"
            else:
                operands.append(Decimal(word.decode()))
                reply = "OK\n"
            self.wfile.write(reply.encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 4096


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Calculator).serve_forever()
