"""From samples to tables: ratios are taken inside each round, then medians; absolute figures drift."""

from statistics import median

from measure import POINTS

# What calc-server has to reach: point, by which peer, figure, floor, goal. Below 1 is better where the sign says so.
TARGETS = [
    ("C1P1, same core", "redis", "per_second", ">=", 1.05, 1.08),
    ("C1P1, same core", "echo", "per_second", ">=", 0.94, 0.97),
    ("C50P1", "redis", "per_second", ">=", 1.08, 1.15),
    ("C50P1", "echo", "per_second", ">=", 0.93, 0.98),
    ("C50P1", "redis", "p99_ms", "<=", 1.0, 1.0),
    ("C50P16", "redis", "per_second", ">=", 1.7, 2.0),
    ("C50P16", "echo", "per_second", ">=", 0.85, 0.93),
    ("C1P1000", "redis", "per_second", ">=", 3.5, 4.7),
    ("C1P1000", "echo", "per_second", ">=", 0.68, 0.90),
    ("flood", "redis", "per_second", ">=", 7.0, 20.0),
    ("flood", "echo", "per_second", ">=", 0.20, 0.55),
]
IDLE, ACCEPTED, ENGINE, GENERATOR = (1536, 1024), (0.80, 0.70), (450, 150), 0.9

# A floor is reached when the median is within this part of it, as smaller differences mean nothing here; a goal, when it is.
SLACK = 0.05


def ratios(samples, peer, other, figure):
    """The figure of one peer over that of another, round by round."""
    of = lambda name: {sample["round"]: sample[figure] for sample in samples if sample["peer"] == name}
    mine, theirs = of(peer), of(other)
    return [mine[number] / theirs[number] for number in mine if theirs.get(number)]


def spread(values, digits=2):
    if not values:
        return "–"
    low, high = min(values), max(values)
    return f"{median(values):.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def verdict(value, sign, floor, goal):
    reached = lambda bound, slack: value >= bound * (1 - slack) if sign == ">=" else value <= bound * (1 + slack)
    return "goal" if reached(goal, 0) else "floor" if reached(floor, SLACK) else "MISSED"


def table(rows):
    head, *body = rows
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(head))]
    line = lambda row: "| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |"
    return "\n".join([line(head), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(line, body)])


def peers_table(run):
    """Every peer at every point: × redis and × echo."""
    rows = [["× redis / × echo", *POINTS]]
    for name, title in run["peers"].items():
        cells = []
        for point in POINTS:
            samples = [sample for sample in run["points"] if sample["point"] == point]
            pair = [ratios(samples, name, other, "per_second") for other in ("redis", "echo")]
            cells.append(" / ".join(f"{median(values):.2f}" if values else "–" for values in pair))
        rows.append([title, *cells])
    return table(rows)


def figures_table(run):
    """What stands behind the ratios."""
    rows = [["point", "server", "replies / s", "p50 ms", "p99 ms", "CPU ns a message"]]
    for point in POINTS:
        for name, title in run["peers"].items():
            samples = [s for s in run["points"] if s["point"] == point and s["peer"] == name]
            middle = lambda figure: median(sample[figure] for sample in samples)
            rate, cpu = f"{middle('per_second'):,.0f}", f"{middle('cpu_ns'):,.0f}"
            rows.append([point, title, rate, f"{middle('p50_ms'):.3f}", f"{middle('p99_ms'):.3f}", cpu])
    return table(rows)


def targets_table(run):
    """calc-server against its floors and goals."""
    rows = [["calc-server", "median (lowest–highest)", "floor", "goal", "reached"]]

    def add(what, values, sign, floor, goal, digits=2):
        if values:
            reached = verdict(median(values), sign, floor, goal)
            rows.append([what, spread(values, digits), f"{sign} {floor}", f"{sign} {goal}", reached])

    for point, other, figure, sign, floor, goal in TARGETS:
        samples = [sample for sample in run["points"] if sample["point"] == point]
        what = "p99" if figure == "p99_ms" else "replies / s"
        add(f"{point}: {what} × {other}", ratios(samples, "calc", other, figure), sign, floor, goal)
    count = f"{run['connections']:,}"
    idle = [sample["octets"] for sample in run["idle"] if sample["peer"] == "calc"]
    add(f"{count} idle: octets each", idle, "<=", *IDLE, digits=0)
    add(f"{count} accepted, answered: time × redis", ratios(run["accepted"], "calc", "redis", "seconds"), "<=", *ACCEPTED)
    engine = [count for name, count in run["instructions"].items() if name == "1 2 +"]
    add("engine: instructions a line", engine, "<=", *ENGINE, digits=0)
    return table(rows)


def connections_table(run):
    rows = [["server", f"{run['connections']:,} idle: octets each", f"{run['connections']:,} accepted, answered: s"]]
    for name, title in run["peers"].items():
        idle = [f"{sample['octets']:,.0f}" for sample in run["idle"] if sample["peer"] == name]
        accepted = [sample["seconds"] for sample in run["accepted"] if sample["peer"] == name]
        rows.append([title, *(idle or ["–"]), spread(accepted)])
    return table(rows)


def generator_line(run):
    values = [sample["ours"] / sample["c"] for sample in run["generators"]]
    return f"`conformance load` × C generator, at C1P1000 of the bare echo: {spread(values)}; it has to be ≥ {GENERATOR}."


def text(run):
    """The whole report, in Markdown."""
    parts = [
        "# Benchmark\n\nWritten by `scripts/bench`; [README.md](README.md) says what is measured and how.",
        "## Machine\n\n" + table([["", ""], *run["machine"].items()]),
        "## Floors and goals\n\n" + targets_table(run),
        "## Side by side\n\nReplies a second, medians of ratios inside each round.\n\n" + peers_table(run),
        "## Connections\n\n" + connections_table(run),
        "## Growth\n\n![Throughput, latency and CPU against connections and depth](growth.svg)",
        "## Figures\n\nMedians. They drift by a factor within the hour; only ratios mean anything.\n\n" + figures_table(run),
        "## The generator itself\n\n" + generator_line(run),
    ]
    return "\n\n".join(parts) + "\n"
