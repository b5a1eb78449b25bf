"""A server of CARD/1, the protocol that example.md specifies.

    python3 example.py [PORT]
"""

import re
import socket
import sys
import threading
import time

DEFAULT_PORT = 51300  # CARD-1
CARD_LIMIT = 512  # octets, CARD-11
MAX_CLIENTS = 64  # CARD-13
IDLE_SECONDS = 300  # CARD-12
DRAIN_SECONDS = 1.0  # CARD-10

FIRST_LINE = re.compile(r"CARD/([0-9]{1,3}) ([a-z]+)")
FIELD = re.compile(r"([a-z]+): ([!-~](?:[ -~]*[!-~])?)")
NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:[.][0-9]{1,15})?")
REASONS = {
    "malformed": "this is not a card of CARD/1",
    "too-long": "a card has at most 512 octets",
    "version": "this server speaks CARD/1",
    "unknown-verb": "the verbs are add, sub, mul, div and bye",
    "operand": "a and b are decimal numbers, such as -0.5",
    "zero-divisor": "b must not be zero",
}


class Refusal(Exception):
    """Its argument is a code of the protocol."""


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_PORT
    places = threading.Semaphore(MAX_CLIENTS)
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
        while True:
            places.acquire()  # further clients wait in the kernel's queue
            client, _ = listener.accept()
            threading.Thread(target=serve, args=(client, places), daemon=True).start()


def serve(client, places):
    try:
        with client:
            client.settimeout(IDLE_SECONDS)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            converse(client)
            hang_up(client)
    except OSError:
        pass  # the client has gone, or is idle: nobody else is concerned
    finally:
        places.release()


def converse(client):
    """Answers cards until `bye`, or until the client sends no more."""
    with client.makefile("rb") as stream:
        for card in cards(stream):
            reply, is_last = answer(card)
            client.sendall(reply)
            if is_last:
                return


def cards(stream):
    """The cards of a stream, each a list of lines, and None for one that is too long. An unfinished one is dropped."""
    lines, octets, is_start = [], 0, True
    while piece := stream.readline(CARD_LIMIT):
        if is_start and piece in (b"\n", b"\r\n"):
            if octets:
                yield lines if octets <= CARD_LIMIT else None
            lines, octets = [], 0
            continue
        octets += len(piece)
        if octets <= CARD_LIMIT:
            lines.append(piece.removesuffix(b"\n").removesuffix(b"\r"))
        is_start = piece.endswith(b"\n")


def answer(card):
    """The reply to a card, and whether it is the last one."""
    try:
        verb, fields = parse(card)
        if verb == "bye":
            return encode("ok"), True
        return encode("ok", result=f"{calculate(verb, fields):.15g}"), False
    except Refusal as refusal:
        code = refusal.args[0]
        return encode("error", code=code, reason=REASONS[code]), False


def parse(card):
    """The verb of a card and its fields; what stands in fields that nobody has heard of is of no concern (CARD-7)."""
    if card is None:
        raise Refusal("too-long")
    first, *others = (line.decode("ascii", "replace") for line in card)
    matched = FIRST_LINE.fullmatch(first)
    if not matched:
        raise Refusal("malformed")
    version, verb = matched.groups()
    if int(version) != 1:
        raise Refusal("version")
    fields = {}
    for line in others:
        field = FIELD.fullmatch(line)
        if not field or field[1] in fields:
            raise Refusal("malformed")
        fields[field[1]] = field[2]
    return verb, fields


def calculate(verb, fields):
    if verb not in ("add", "sub", "mul", "div"):
        raise Refusal("unknown-verb")
    a, b = (number(fields.get(name, "")) for name in "ab")
    if verb == "add":
        return a + b
    if verb == "sub":
        return a - b
    if verb == "mul":
        return a * b
    if b == 0:
        raise Refusal("zero-divisor")
    return a / b


def number(text):
    if not NUMBER.fullmatch(text):
        raise Refusal("operand")
    return float(text)


def encode(status, **fields):
    lines = [f"CARD/1 {status}"] + [f"{name}: {value}" for name, value in fields.items()]
    return "".join(line + "\n" for line in lines + [""]).encode("ascii")


def hang_up(client):
    """Closes without a reset, which could overtake the replies."""
    client.shutdown(socket.SHUT_WR)
    deadline = time.monotonic() + DRAIN_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        client.settimeout(left)
        if not client.recv(4096):
            return


if __name__ == "__main__":
    main()
