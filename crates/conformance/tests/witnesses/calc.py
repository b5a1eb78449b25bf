#!/usr/bin/env python3
"""A CALC/1 server with every operator and the exact numbers of §11: python3 calc.py [--port N]"""

import argparse
import re
import socket
import sys
import threading
import time
from decimal import ROUND_HALF_EVEN, Context, Decimal

LINE_LIMIT = 256  # octets of a line without its line end (FRAME-4)
READ_SIZE = 4096  # octets per read: bounds the replies that one read can cause (CONN-7)
DRAIN_SECONDS = 1.0  # CONN-6
SWITCH_SECONDS = 0.0005  # a thread's turn, short so that busy clients hold up no other (CONN-3)

# decimal128 (EXACT-1). Nothing is trapped: a result that does not fit comes back as infinity or NaN and
# is looked at here. The flags, which all threads share, are never read.
DECIMAL128 = Context(prec=34, Emin=-6143, Emax=6144, rounding=ROUND_HALF_EVEN, capitals=1, clamp=0, traps=[])

# Beyond it no line is long enough for its digits to bring the number back into range.
EXPONENT_LIMIT = 10_000

# In a bytes pattern, letters match without regard to case in ASCII alone (MSG-6).
OPERAND = re.compile(rb"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:e([+-]?[0-9]+))?", re.IGNORECASE)
BINARY = (b"+", b"-", b"*", b"/", b"%", b"^")
UNARY = (b"neg", b"abs", b"sqrt")
GREETING = "OK CALC/1 " + b" ".join(BINARY + UNARY).decode()

FAILURES = {
    "line-too-long": "a line has at most 256 octets",
    "syntax": "not an operand, operator or command",
    "too-many-operands": "two operands are held: send an operator or CLEAR",
    "missing-operand": "the operator needs more operands than are held",
    "extra-operand": "a unary operator takes one operand and two are held",
    "out-of-range": "the operand is beyond the largest number",
    "division-by-zero": "the divisor is zero",
    "invalid-operation": "the operation has no value for these operands",
    "overflow": "the result is beyond the largest number",
}


class Failure(Exception):
    """An error of §6; its argument is the code."""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=51216, help="0 takes any free port")
    port = parser.parse_args().port
    sys.setswitchinterval(SWITCH_SECONDS)
    listener = socket.create_server(("127.0.0.1", port), backlog=128)  # CONN-2
    print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
    try:
        accept_for_ever(listener)
    except KeyboardInterrupt:
        pass


def accept_for_ever(listener):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # out of descriptors, or the client has gone already (CONN-4)
            time.sleep(0.05)
            continue
        try:
            threading.Thread(target=serve, args=(connection,), daemon=True).start()
        except RuntimeError:  # no thread to be had for this one: the others go on
            connection.close()


def serve(connection):
    """Serves one connection. A fault of our own ends this thread and closes the connection (CONN-10)."""
    with connection:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # FRAME-11
            converse(connection)
            hang_up(connection)
        except OSError:
            pass  # the client has gone (CONN-4)


def converse(connection):
    """Answers until QUIT or the end of the stream (CONN-5). A tail without LF is dropped (FRAME-9)."""
    session = Session()
    unfinished = b""
    while octets := connection.recv(READ_SIZE):
        *lines, rest = (unfinished + octets).split(b"\n")
        # One octet more than a full line and its CR: enough to know that the line is too long (FRAME-5).
        unfinished = rest[: LINE_LIMIT + 2]
        replies = []
        for line in lines:
            replies.append(session.reply(line))
            if session.closed:
                break
        # Blocks while the client does not read, and nothing is read from it meanwhile (CONN-7).
        connection.sendall("".join(reply + "\n" for reply in replies).encode("ascii"))
        if session.closed:
            return


def hang_up(connection):
    """Closes without a reset that could overtake the replies (CONN-6)."""
    connection.shutdown(socket.SHUT_WR)
    deadline = time.monotonic() + DRAIN_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        if not connection.recv(READ_SIZE):
            return


class Session:
    """What §7 keeps between messages."""

    def __init__(self):
        self.operands = []
        self.closed = False

    def reply(self, line):
        try:
            return self.answer(message_of(line))
        except Failure as failure:
            code = failure.args[0]
            return f"FAIL {code} {FAILURES[code]}"

    def answer(self, message):
        if operand := OPERAND.fullmatch(message):
            return self.hold(operand)
        match message.lower():
            case b"clear":
                self.operands = []
                return "OK"
            case b"hello":
                return GREETING
            case b"quit":
                self.closed = True
                return "OK"
            case operator if operator in BINARY:
                return self.evaluate(operator, 2)
            case operator if operator in UNARY:
                return self.evaluate(operator, 1)
        raise Failure("syntax")

    def hold(self, operand):
        if len(self.operands) == 2:  # before the range is looked at (ERR-4)
            raise Failure("too-many-operands")
        self.operands.append(number(*operand.groups()))
        return "OK"

    def evaluate(self, operator, arity):
        if len(self.operands) < arity:
            raise Failure("missing-operand")
        if len(self.operands) > arity:
            raise Failure("extra-operand")
        operands, self.operands = self.operands, []  # gone whatever comes of it (ERR-3, SESS-3)
        return "RESULT " + canonical(calculate(operator, *operands))


def message_of(line):
    """The message in a line that has lost its LF (FRAME-2, FRAME-4 to FRAME-6)."""
    line = line.removesuffix(b"\r")
    if len(line) > LINE_LIMIT:
        raise Failure("line-too-long")
    return line.strip(b" \t")


def number(digits, exponent):
    """The decimal128 nearest to an operand (EXACT-2)."""
    # int() first: the exponent may have more digits than the decimal library reads.
    exponent = max(-EXPONENT_LIMIT, min(EXPONENT_LIMIT, int(exponent or b"0")))
    value = DECIMAL128.create_decimal(f"{digits.decode()}E{exponent}")
    if value.is_infinite():
        raise Failure("out-of-range")
    return value


def calculate(operator, a, b=None):
    match operator:
        case b"+":
            result = DECIMAL128.add(a, b)
        case b"-":
            result = DECIMAL128.subtract(a, b)
        case b"*":
            result = DECIMAL128.multiply(a, b)
        case b"/" | b"%" if b.is_zero():
            raise Failure("division-by-zero")
        case b"/":
            result = DECIMAL128.divide(a, b)
        case b"%":
            result = DECIMAL128.remainder(a, b)  # NaN when the quotient has more than 34 digits (EXACT-4)
        case b"^" if a.is_zero() and b < 0:
            raise Failure("division-by-zero")
        case b"^":
            result = DECIMAL128.power(a, b)
        case b"neg":
            result = DECIMAL128.minus(a)
        case b"abs":
            result = DECIMAL128.abs(a)
        case b"sqrt":
            result = DECIMAL128.sqrt(a)
    if result.is_nan():
        raise Failure("invalid-operation")
    if result.is_infinite():
        raise Failure("overflow")
    return result


def canonical(value):
    """The text of a result (EXACT-7)."""
    if value.is_zero():
        return "0"
    value = DECIMAL128.normalize(value)
    if -6 <= value.adjusted() <= 33:
        return format(value, "f")
    return DECIMAL128.to_sci_string(value)


if __name__ == "__main__":
    main()
