"""CALC/1 without sockets: what is answered to a line. Names such as (ERR-4) are requirements of PROTOCOL.md."""

import re
from decimal import ROUND_HALF_EVEN, Context

LINE_LIMIT = 256  # octets, without the line end (FRAME-4)
EXPONENT_LIMIT = 10_000  # beyond it, no line has digits enough to come back into range

# Numbers of decimal128 (EXACT-1). Nothing is trapped: what does not fit comes back as infinity or NaN.
NUMBERS = Context(prec=34, Emin=-6143, Emax=6144, rounding=ROUND_HALF_EVEN, capitals=1, clamp=0, traps=[])

OPERAND = re.compile(rb"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE]([+-]?[0-9]+))?")

OPERATIONS = {
    b"+": NUMBERS.add,
    b"-": NUMBERS.subtract,
    b"*": NUMBERS.multiply,
    b"/": NUMBERS.divide,
    b"%": NUMBERS.remainder,
    b"^": NUMBERS.power,
    b"neg": NUMBERS.minus,
    b"abs": NUMBERS.abs,
    b"sqrt": NUMBERS.sqrt,
}
UNARY = (b"neg", b"abs", b"sqrt")


class Failure(Exception):
    """An error of section 6; its argument is the code."""


class Session:
    """What is kept between two messages of a connection (section 7)."""

    def __init__(self):
        self.operands = []
        self.over = False

    def answer(self, line):
        """The reply to a line that has lost its LF."""
        try:
            return self.reply_to(message_in(line)).encode() + b"\n"
        except Failure as failure:
            return f"FAIL {failure}\n".encode()

    def reply_to(self, message):
        if operand := OPERAND.fullmatch(message):
            if len(self.operands) == 2:  # looked at before the range (ERR-4)
                raise Failure("too-many-operands")
            self.operands.append(number(*operand.groups()))
            return "OK"
        word = message.lower()  # of bytes: the letters of ASCII alone (MSG-6)
        if word in OPERATIONS:
            return "RESULT " + text_of(self.evaluate(word))
        if word == b"clear":
            self.operands = []
            return "OK"
        if word == b"hello":
            return "OK CALC/1 " + b" ".join(OPERATIONS).decode()
        if word == b"quit":
            self.over = True
            return "OK"
        raise Failure("syntax")

    def evaluate(self, operator):
        needed = 1 if operator in UNARY else 2
        if len(self.operands) < needed:
            raise Failure("missing-operand")
        if len(self.operands) > needed:
            raise Failure("extra-operand")
        operands, self.operands = self.operands, []  # gone, whatever comes of it (ERR-3)
        if divides_by_zero(operator, *operands):
            raise Failure("division-by-zero")
        result = OPERATIONS[operator](*operands)
        if result.is_nan():
            raise Failure("invalid-operation")
        if result.is_infinite():
            raise Failure("overflow")
        return result


def message_in(line):
    """The message, without CR and blanks (FRAME-2, FRAME-6)."""
    line = line[:-1] if line.endswith(b"\r") else line
    if len(line) > LINE_LIMIT:
        raise Failure("line-too-long")
    return line.strip(b" \t")


def number(digits, exponent):
    """The number nearest to an operand (EXACT-2)."""
    exponent = max(-EXPONENT_LIMIT, min(EXPONENT_LIMIT, int(exponent or b"0")))
    value = NUMBERS.create_decimal(f"{digits.decode()}E{exponent}")
    if value.is_infinite():
        raise Failure("out-of-range")
    return value


def divides_by_zero(operator, a, b=None):
    if operator == b"^":
        return a == 0 and b < 0
    return operator in (b"/", b"%") and b == 0


def text_of(value):
    """The canonical text of a result (EXACT-7)."""
    if value == 0:
        return "0"
    value = NUMBERS.normalize(value)  # no zeros at the end
    return format(value, "f") if -6 <= value.adjusted() <= 33 else NUMBERS.to_sci_string(value)
