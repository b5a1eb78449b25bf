"""A CALC/1 client: python3 calc_client.py [--host HOST] [--port PORT] [--timeout SECONDS] [--trace] 1 2 + 3 '*'"""

import argparse
import re
import socket
import sys

REPLY_LIMIT = 256  # octets, without the line end (REPLY-3)
OPERAND = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
REPLY = re.compile(rf"(OK)(?: [ -~]*)?|(RESULT) ({OPERAND})|(FAIL) ([a-z][a-z-]*)(?: [ -~]*)?")
UNARY = ("neg", "abs", "sqrt")
BINARY = ("+", "-", "*", "/", "%", "^")


class Refused(Exception):
    """The server answered FAIL; its argument is the code."""


class Broken(Exception):
    """The server did not keep to the protocol."""


class Client:
    def __init__(self, host, port, timeout, trace):
        self.connection = socket.create_connection((host, port), timeout)
        if self.connection.getsockname() == self.connection.getpeername():
            raise Broken("connected to itself: no server listens there")  # CONN-11
        self.lines = self.connection.makefile("rb")
        self.trace = trace

    def evaluate(self, operands, operator):
        for operand in operands:
            self.ask(operand, "OK")
        return self.ask(operator, "RESULT")

    def ask(self, message, due):
        """Sends one message and reads its one reply."""
        self.connection.sendall(message.encode() + b"\n")
        line = self.lines.readline(REPLY_LIMIT + 2)
        if not line.endswith(b"\n"):
            raise Broken("the connection ended, or a reply was too long")
        reply = line.rstrip(b"\r\n").decode("ascii", "backslashreplace")
        if self.trace:
            print(f"{message} -> {reply}", file=sys.stderr)
        parts = REPLY.fullmatch(reply)
        if not parts:
            raise Broken(f"no reply of CALC/1: {reply!r}")  # REPLY-7
        ok, result, value, fail, code = parts.groups()
        if fail:
            raise Refused(code)
        if (ok or result) != due:
            raise Broken(f"{reply!r} does not fit {message!r}")  # REPLY-7
        return value

    def leave(self):
        """After QUIT the server closes (MSG-8), and then we do."""
        self.ask("QUIT", "OK")
        if self.lines.read(1):
            raise Broken("something came after the last reply")
        self.connection.close()


def calculate(client, tokens):
    """A longer expression takes several transactions: results wait here and are sent again (SESS-3)."""
    stack = []
    for token in tokens:
        if token not in UNARY + BINARY:
            stack.append(token)
            continue
        count = 1 if token in UNARY else 2
        if len(stack) < count:
            sys.exit(f"too few operands for {token}")
        operands, stack[-count:] = stack[-count:], []
        stack.append(client.evaluate(operands, token))
    return stack


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=51216)
    parser.add_argument("--timeout", type=float, default=5, help="the longest wait, in seconds")
    parser.add_argument("--trace", action="store_true", help="show every message and its reply")
    options, tokens = parser.parse_known_args()
    try:
        client = Client(options.host, options.port, options.timeout, options.trace)
        print(*calculate(client, tokens))
        client.leave()
    except Refused as refused:
        sys.exit(f"refused: {refused}")
    except Broken as broken:
        sys.exit(f"broken: {broken}")
    except OSError as error:
        sys.exit(f"no answer: {error}")


main()
