"""Holds the engine to Python's decimal: differential.py ENGINE SEED COUNT, called by scripts/differential."""

import decimal
import random
import subprocess
import sys

CONTEXT = decimal.Context(
    prec=34, Emin=-6143, Emax=6144, clamp=1, rounding=decimal.ROUND_HALF_EVEN, traps=[]
)
OPERATIONS = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
    "%": CONTEXT.remainder,
    "^": CONTEXT.power,
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


def calculation(source):
    operator = source.choice(["+", "-", "*", "/", "%", "sqrt"] * 3 + ["^"])
    if operator == "sqrt":
        return [operand(source), operator]
    # Exact powers only: an inexact one may differ in the last place (EXACT-5).
    if operator == "^":
        return [str(source.randrange(100)), str(source.randrange(1, 17)), operator]
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


def expected(messages):
    """The replies to the messages of one calculation, after a CLEAR, up to each code."""
    replies = ["OK"]
    *operands, operator = messages
    values = [CONTEXT.create_decimal(operand) for operand in operands]
    held = [value for value in values if value.is_finite()]
    replies += ["OK" if value.is_finite() else "FAIL out-of-range" for value in values]
    if len(held) < len(values):
        # An operand is missing; a sqrt has none at all then.
        return [*replies, "FAIL missing-operand"]
    if operator in "/%" and values[1] == 0:
        return [*replies, "FAIL division-by-zero"]
    if operator == "^" and values[0] == 0 and values[1] < 0:
        return [*replies, "FAIL division-by-zero"]
    result = OPERATIONS[operator](*values)
    if result.is_nan():
        return [*replies, "FAIL invalid-operation"]
    if result.is_infinite():
        return [*replies, "FAIL overflow"]
    return [*replies, f"RESULT {canonical(result)}"]


def main():
    engine, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    source = random.Random(seed)
    calculations = [calculation(source) for _ in range(count)]
    sent = "".join(f"{message}\n" for messages in calculations for message in ["CLEAR", *messages])
    replies = iter(subprocess.run([engine], input=sent, capture_output=True, text=True, check=True).stdout.splitlines())
    for messages in calculations:
        for wanted in expected(messages):
            words = next(replies).split(" ")
            told = " ".join(words[: 1 if words[0] == "OK" else 2])
            if told != wanted:
                sys.exit(f"differential: seed {seed}: {' '.join(messages)}: {told}, and Python has {wanted}")
    print(f"differential: {count} calculations, all as Python has them")


main()
