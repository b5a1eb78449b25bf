#!/usr/bin/env python3
"""A readable CALC/1 server, and wrong ones that each differ from it by one mistake.

They were written from docs/PROTOCOL.md alone, after the suite was frozen and without a look at its cases: how
many of them it finds is what it may be expected to find in the servers of people whom it has never met.

    after.py --list     name, requirement that it breaks, note that it should earn, what its author did; a line each
    after.py NAME [PORT]   serves as NAME does ("right" makes no mistake) and prints its address
"""

import re
import select
import socket
import sys
import threading
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

LONGEST_LINE = 256
OPERAND = re.compile(rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
DECIMAL128 = dict(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, clamp=1, traps=[])


class Fail(Exception):
    """The code of a FAIL."""


class Session:
    """The operands of one connection, and what each message does with them (§4 to §7, §10, §11)."""

    context = Context(**DECIMAL128)
    offered = "+ - * / % ^ neg abs sqrt"

    def __init__(self):
        self.operands = []

    def answer(self, line):
        try:
            return self.handle(self.message(line))
        except Fail as fail:
            return f"FAIL {fail}"

    def message(self, line):
        """The message without its blanks, with its letters in upper case."""
        if len(line) > LONGEST_LINE:
            raise Fail("line-too-long")
        text = line.strip(b" \t")
        if any(octet < 0x20 or octet > 0x7E for octet in text):
            raise Fail("syntax")
        return text.upper()

    def handle(self, message):
        if OPERAND.fullmatch(message):
            return self.operand(message.decode())
        if message in (b"+", b"-", b"*", b"/", b"%", b"^"):
            return self.operator(message.decode(), 2)
        if message in (b"NEG", b"ABS", b"SQRT"):
            return self.operator(message.decode(), 1)
        if message == b"CLEAR":
            self.operands = []
            return "OK"
        if message == b"HELLO":
            return f"OK CALC/1 {self.offered}"
        if message == b"QUIT":
            return "OK"
        raise Fail("syntax")

    def operand(self, text):
        if len(self.operands) == 2:
            raise Fail("too-many-operands")
        value = self.number(text)
        if not value.is_finite():
            raise Fail("out-of-range")
        self.operands.append(value)
        return "OK"

    def number(self, text):
        return self.context.create_decimal(text)

    def operator(self, name, wanted):
        if len(self.operands) < wanted:
            raise Fail("missing-operand")
        if len(self.operands) > wanted:
            raise Fail("extra-operand")
        operands, self.operands = self.operands, []
        result = self.compute(name, *operands)
        if result.is_nan():
            raise Fail("invalid-operation")
        if result.is_infinite():
            raise Fail("overflow")
        return f"RESULT {self.text(result)}"

    def compute(self, name, a, b=None):
        if name in "/%" and b == 0 or name == "^" and a == 0 and b < 0:
            raise Fail("division-by-zero")
        c = self.context
        operations = {"+": c.add, "-": c.subtract, "*": c.multiply, "/": c.divide, "%": c.remainder, "^": c.power}
        if b is not None:
            return operations[name](a, b)
        return {"NEG": c.minus, "ABS": c.abs, "SQRT": c.sqrt}[name](a)

    def text(self, value):
        if value == 0:
            return "0"
        value = value.normalize(self.context)
        plain = -6 <= value.adjusted() <= 33
        return f"{value:f}" if plain else str(value)


class Connection:
    """Lines in, replies out, and a polite end (§3, §8, §9)."""

    kept = LONGEST_LINE + 2  # of a line that has not ended: enough to know that it is too long

    def __init__(self, server, stream):
        self.server, self.stream, self.buffer = server, stream, b""
        self.session = server.session()

    def run(self):
        quit_asked = False
        while not quit_asked and (data := self.receive()):
            replies, quit_asked = self.feed(data)
            self.send("".join(replies).encode())
        self.stream.shutdown(socket.SHUT_WR)
        self.stream.settimeout(1)
        while self.stream.recv(65536):
            pass

    def receive(self):
        return self.stream.recv(65536)

    def send(self, octets):
        self.stream.sendall(octets)

    def feed(self, data):
        """The replies to the lines that the data ends, and whether QUIT was the last of them."""
        *lines, rest = (self.buffer + data).split(b"\n")
        self.buffer = rest[: self.kept]
        replies = []
        for line in lines:
            line = line.removesuffix(b"\r")
            replies.append(self.session.answer(line) + "\n")
            if self.says_quit(line):
                return replies, True
        return replies, False

    def says_quit(self, line):
        try:
            return self.session.message(line) == b"QUIT"
        except Fail:
            return False


class Server:
    """A thread for each connection."""

    Session, Connection = Session, Connection
    port = 0

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=128)

    def run(self):
        print("listening on %s:%d" % self.listener.getsockname(), flush=True)
        while True:
            stream, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(stream,), daemon=True).start()

    def serve(self, stream):
        with stream:
            try:
                self.Connection(self, stream).run()
            except OSError:
                pass  # this client is gone; the others stay

    def session(self):
        return self.Session()


# Each wrong server: what its author did, the requirement that this breaks, and the note that it should earn.


class StripBeforeMeasuring(Server):
    """takes the blanks away first and measures the line then"""

    breaks = "FRAME-5"
    earns = "no-line-limit"

    class Session(Session):
        def message(self, line):
            return super().message(line.strip(b" \t"))

    class Connection(Connection):
        kept = 4096


class StripAllWhitespace(Server):
    """trims with the language's strip(), which takes VT, FF and CR for blanks too"""

    breaks = "FRAME-8"
    earns = "control-characters-accepted"

    class Session(Session):
        def message(self, line):
            return super().message(line if len(line) > LONGEST_LINE else line.strip())


class UnicodeCase(Server):
    """decodes UTF-8 and compares with upper(): a dotless i is an I then, and a long s an S"""

    breaks = "MSG-6"
    earns = "unicode-case"

    class Session(Session):
        def message(self, line):
            return super().message(line.decode("utf-8", "replace").upper().encode())


class ZeroToNegativePower(Server):
    """knows that / and % divide by zero, and takes 0 ^ -1 for an overflow"""

    breaks = "ERR-1"
    earns = "wrong-error-code"

    class Session(Session):
        def compute(self, name, a, b=None):
            return self.context.power(a, b) if name == "^" else super().compute(name, a, b)


class NearestRemainder(Server):
    """takes the remainder of the nearest quotient, IEEE 754's, for %"""

    breaks = "NUM-4"
    earns = "remainder-sign"

    class Session(Session):
        def compute(self, name, a, b=None):
            return self.context.remainder_near(a, b) if name == "%" and b != 0 else super().compute(name, a, b)


class UnderflowRefused(Server):
    """refuses an operand that is too small as it refuses one that is too large"""

    breaks = "NUM-3"
    earns = "tiny-operand-refused"

    class Session(Session):
        def number(self, text):
            value = super().number(text)
            if value == 0 and re.search("[1-9]", text.partition("E")[0]):
                raise Fail("out-of-range")
            return value


class FiveStrikes(Server):
    """hangs up on a client that has sent five wrong messages, as mail servers do"""

    breaks = "ERR-5"
    earns = "bad-input-closes"

    class Connection(Connection):
        strikes = 0

        def feed(self, data):
            replies, quit_asked = super().feed(data)
            self.strikes += sum(reply.startswith("FAIL") for reply in replies)
            return replies, quit_asked or self.strikes >= 5


class RecycledSession(Server):
    """keeps a pool of sessions for reuse and clears one on QUIT, not when its client just goes"""

    breaks = "SESS-4"
    earns = "operands-outlive-connection"

    def __init__(self):
        super().__init__()
        self.free = []

    def session(self):
        return self.free.pop() if self.free else self.Session()

    class Connection(Connection):
        def run(self):
            try:
                super().run()
            finally:
                self.server.free.append(self.session)

        def feed(self, data):
            replies, quit_asked = super().feed(data)
            if quit_asked:
                self.session.operands = []
            return replies, quit_asked


class WaitsForTheRest(Server):
    """writes its replies when the buffer is empty, so that a line begun holds back the replies before it"""

    breaks = "FRAME-11"
    earns = "reply-held-back"

    class Connection(Connection):
        waiting = ()

        def feed(self, data):
            replies, quit_asked = super().feed(data)
            self.waiting = [*self.waiting, *replies]
            if self.buffer and not quit_asked:
                return [], False
            replies, self.waiting = self.waiting, ()
            return replies, quit_asked


class HangsUpFirst(Server):
    """looks every 20 ms, and looks for a hang-up before it looks for data: a half-close is one for it"""

    breaks = "CONN-5"
    earns = "replies-lost-at-close"

    class Connection(Connection):
        def receive(self):
            poll = select.poll()
            poll.register(self.stream, select.POLLIN | select.POLLRDHUP)
            poll.poll()
            threading.Event().wait(0.02)
            if any(event & select.POLLRDHUP for _, event in poll.poll()):
                return b""
            return super().receive()


class HelloPromisesMore(Server):
    """names in HELLO an operator that it does not have"""

    breaks = "MSG-9"
    earns = "hello-incomplete"

    class Session(Session):
        def handle(self, message):
            if message == b"%":
                raise Fail("syntax")
            return super().handle(message)


class ExponentByLoop(Server):
    """multiplies by ten as often as the exponent says"""

    breaks = "CONN-7"
    earns = "exponent-multiplied-out"

    class Session(Session):
        def number(self, text):
            digits, _, exponent = text.partition("E")
            value, scale = super().number(digits), Decimal(1)
            for _ in range(abs(int(exponent or "0"))):
                scale = scale.scaleb(1, Context(prec=34, Emax=10**17, Emin=-(10**17)))
            wide = Context(prec=300, Emax=10**17, Emin=-(10**17), traps=[])
            exact = wide.create_decimal(digits)
            scaled = wide.divide(exact, scale) if exponent.startswith("-") else wide.multiply(exact, scale)
            return self.context.plus(scaled) if scaled else value


class DefaultContext(Server):
    """leaves the decimal module's precision at its default, 28 digits"""

    breaks = "EXACT-1"
    earns = "too-few-exact-digits"

    class Session(Session):
        context = Context(**DECIMAL128 | dict(prec=28))


class HalfUp(Server):
    """rounds half up, as everybody learned at school"""

    breaks = "EXACT-3"
    earns = "not-rounded-half-even"

    class Session(Session):
        context = Context(**DECIMAL128 | dict(rounding=ROUND_HALF_UP))


class QuietEndsLine(Server):
    """takes what it has for the message when nothing has come for 200 ms"""

    breaks = "FRAME-1"
    earns = "recv-is-not-a-message"

    class Connection(Connection):
        def receive(self):
            self.stream.settimeout(0.2 if self.buffer else None)
            try:
                return super().receive()
            except TimeoutError:
                return b"\n"


class SlotLeak(Server):
    """has 16 places, and does not get the place of a client back that resets its connection"""

    breaks = "CONN-4"
    earns = "places-not-freed"

    def __init__(self):
        super().__init__()
        self.places = threading.Semaphore(16)

    class Connection(Connection):
        def run(self):
            self.server.places.acquire()
            super().run()
            self.server.places.release()


class ThirdReplacesSecond(Server):
    """answers a third operand as it should, and puts it in the place of the second"""

    breaks = "ERR-2"
    earns = "third-operand-accepted"

    class Session(Session):
        def operand(self, text):
            if len(self.operands) == 2:
                self.operands[1] = self.number(text)
            return super().operand(text)


class OverflowKeeps(Server):
    """forgets the operands after a division by zero, but keeps them after an overflow"""

    breaks = "ERR-3"
    earns = "failed-calculation-keeps"

    class Session(Session):
        def operator(self, name, wanted):
            held = self.operands
            try:
                return super().operator(name, wanted)
            except Fail as fail:
                if str(fail) == "overflow":
                    self.operands = held
                raise


class FixedNotation(Server):
    """writes every result in fixed notation, 301 digits of 1e300 if need be"""

    breaks = "REPLY-3"
    earns = "reply-too-long"

    class Session(Session):
        def text(self, value):
            text = f"{value:f}"
            return "0" if value == 0 else text.rstrip("0").rstrip(".") if "." in text else text


class LockWhileSending(Server):
    """holds the lock of its one calculator while it sends: who does not read stops everybody"""

    breaks = "CONN-3"
    earns = "unread-replies-block"

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    class Connection(Connection):
        def send(self, octets):
            with self.server.lock:
                super().send(octets)


WRONG = {re.sub("(?<!^)(?=[A-Z])", "-", wrong.__name__).lower(): wrong for wrong in Server.__subclasses__()}


def main(name, port=0):
    if name == "--list":
        for name, wrong in WRONG.items():
            print(name, wrong.breaks, wrong.earns, wrong.__doc__, sep="\t")
    else:
        Server.port = int(port)
        (Server if name == "right" else WRONG[name])().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
