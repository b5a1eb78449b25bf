"""Holds the engine to Python's decimal: differential.py ENGINE SEED COUNT, called by scripts/differential.

ENGINE is a program, or a server's HOST:PORT (crates/server/tests/reliability/numbers.rs).
"""

import decimal
import random
import socket
import subprocess
import sys
import threading

CONTEXT = decimal.Context(
    prec=34, Emin=-6143, Emax=6144, clamp=1, rounding=decimal.ROUND_HALF_EVEN, traps=[]
)
# For powers, which are told from what they should be by the last place of the other context.
WIDE = decimal.Context(prec=100, Emin=-999999, Emax=999999, traps=[])
OPERATIONS = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
    "%": CONTEXT.remainder,
    "sqrt": CONTEXT.sqrt,
}
EDGES = [-6212, -6211, -6177, -6176, -6143, 6110, 6111, 6112, 6144]


def operand(source):
    count = source.choice([1, 1, 2, 3, 8, 17, 18, 19, 20, 33, 34, 35, 36, 60])
    digits = source.choice(
        [str(source.randrange(10**count)), "9" * count, "1" + "0" * (count - 1), str(5 * 10 ** (count - 1)), "0"]
    )
    exponent = source.choice([None, None, source.randrange(-40, 40), source.randrange(-6190, 6150), source.choice(EDGES)])
    return source.choice(["", "-"]) + digits + ("" if exponent is None else f"e{exponent}")


def power(source):
    """A base and an exponent: an exact power, a moderate one, or one at the ends of the range."""
    base = source.choice(["", "", "-"]) + str(source.randrange(1, 10 ** source.choice([1, 2, 9, 34])))
    return source.choice(
        [
            (str(source.randrange(100)), str(source.randrange(17))),
            (f"{base}e{source.randrange(-40, 6)}", str(source.randrange(-40, 41))),
            (f"{base}e{source.randrange(-40, 6)}", str(source.randrange(-80, 81) / 2)),
            (f"{base}e{source.randrange(-40, 6)}", f"{source.randrange(-(10**6), 10**6)}e-4"),
            (str(source.randrange(2, 100)), str(source.randrange(-7000, 7001))),
        ]
    )


def calculation(source):
    operator = source.choice(["+", "-", "*", "/", "%", "sqrt"] * 3 + ["^"])
    if operator == "sqrt":
        return [operand(source), operator]
    if operator == "^":
        return [*power(source), operator]
    return [operand(source), operand(source), operator]


def canonical(value):
    """The text of EXACT-7."""
    sign, digits, exponent = value.as_tuple()
    digits = "".join(map(str, digits)).lstrip("0")
    if not digits:
        return "0"
    stripped = digits.rstrip("0")
    exponent += len(digits) - len(stripped)
    digits, first = stripped, exponent + len(stripped) - 1
    if not -6 <= first <= 33:
        fraction = "." + digits[1:] if len(digits) > 1 else ""
        text = f"{digits[0]}{fraction}E{first:+d}"
    elif exponent >= 0:
        text = digits + "0" * exponent
    elif first >= 0:
        text = digits[: first + 1] + "." + digits[first + 1 :]
    else:
        text = "0." + "0" * (-first - 1) + digits
    return "-" * sign + text


def powers(base, exponent):
    """The results that a power may have: one if it is exact, otherwise all within a unit of its last place (EXACT-5)."""
    exact = WIDE.power(base, exponent)
    rounded = CONTEXT.plus(exact)
    if not rounded.is_finite() or rounded == exact:
        return [rounded]
    unit = decimal.Decimal((0, (1,), max(exact.adjusted() - 33, -6176)))
    near = [CONTEXT.next_minus(rounded), rounded, CONTEXT.next_plus(rounded)]
    return [value for value in near if abs(WIDE.subtract(value, exact)) <= unit]


def result(operator, values):
    """All that an operator may be answered, up to the code of a failure."""
    if operator in "/%" and values[1] == 0 or operator == "^" and values[0] == 0 and values[1] < 0:
        return ["FAIL division-by-zero"]
    results = powers(*values) if operator == "^" else [OPERATIONS[operator](*values)]
    if results[0].is_nan():
        return ["FAIL invalid-operation"]
    if results[0].is_infinite():
        return ["FAIL overflow"]
    return [f"RESULT {canonical(result)}" for result in results]


def expected(messages):
    """For each message of a calculation, after a CLEAR, all that it may be answered, up to the code of a failure."""
    *operands, operator = messages
    values = [CONTEXT.create_decimal(operand) for operand in operands]
    replies = [["OK"]] + [["OK" if value.is_finite() else "FAIL out-of-range"] for value in values]
    # Where an operand is refused, one is missing; a sqrt has none at all then.
    complete = all(value.is_finite() for value in values)
    return [*replies, result(operator, values) if complete else ["FAIL missing-operand"]]


def answers(engine, sent):
    """The replies of a program, or of a server at HOST:PORT."""
    if ":" not in engine:
        return subprocess.run([engine], input=sent, capture_output=True, text=True, check=True).stdout
    host, port = engine.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=60) as connection:

        def send():
            connection.sendall(sent.encode())
            connection.shutdown(socket.SHUT_WR)

        # Beside the reading: who only writes ends up waiting for a server that waits too (PIPE-3).
        threading.Thread(target=send, daemon=True).start()
        return connection.makefile("r", encoding="ascii").read()


def main():
    engine, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    source = random.Random(seed)
    calculations = [calculation(source) for _ in range(count)]
    sent = "".join(f"{message}\n" for messages in calculations for message in ["CLEAR", *messages])
    replies = iter(answers(engine, sent).splitlines())
    for messages in calculations:
        for wanted in expected(messages):
            words = next(replies, "nothing").split(" ")
            told = " ".join(words[: 1 if words[0] == "OK" else 2])
            if told not in wanted:
                sys.exit(f"differential: seed {seed}: {' '.join(messages)}: {told}, and Python has {' or '.join(wanted)}")
    print(f"differential: {count} calculations, all as Python has them")


main()
