"""The growth as an SVG that is read on white and on black: panels of lines against a logarithmic axis."""

from math import ceil, floor, log10
from statistics import median
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 330, 210
LEFT, TOP, RIGHT, BOTTOM = 52, 34, 18, 40

STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .line { fill: none; stroke-width: 2 }
  .calc { stroke: #0969da } .calc-fill { fill: #0969da }
  .redis { stroke: #bc4c00; stroke-dasharray: 6 3 } .redis-fill { fill: #bc4c00 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .grid { stroke: #30363d }
    .calc { stroke: #58a6ff } .calc-fill { fill: #58a6ff }
    .redis { stroke: #f0883e } .redis-fill { fill: #f0883e }
  }
"""

FIGURES = [("per_second", "replies / s"), ("p99_ms", "p99 latency, ms"), ("cpu_ns", "CPU ns a message")]
AXES = [("connections", "connections, one message each"), ("depth", "messages under way on each of 50")]
SHOWN = {"calc": "calc-server", "redis": "redis PING"}


def svg(samples):
    """All panels: a row for each axis, a column for each figure."""
    names = [name for name in SHOWN if any(sample["peer"] == name for sample in samples)]
    width, height = WIDTH * len(FIGURES), 28 + HEIGHT * len(AXES)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">']
    parts += [f"<title>Growth with connections and depth</title><style>{STYLE}</style>", legend(names)]
    for row, (axis, label) in enumerate(AXES):
        for column, (figure, title) in enumerate(FIGURES):
            lines = {name: line(samples, axis, figure, name) for name in names}
            panel = Panel(lines, title, label).draw()
            parts.append(f'<g transform="translate({column * WIDTH} {28 + row * HEIGHT})">{panel}</g>')
    return "\n".join([*parts, "</svg>\n"])


def line(samples, axis, figure, name):
    """The medians of one server, as (x, y)."""
    mine = [sample for sample in samples if sample["axis"] == axis and sample["peer"] == name]
    xs = sorted({sample["x"] for sample in mine})
    return [(x, median(sample[figure] for sample in mine if sample["x"] == x)) for x in xs]


def legend(names):
    parts = []
    for index, name in enumerate(names):
        x = LEFT + index * 130
        parts.append(f'<path class="line {name}" d="M{x} 16h28"/>{mark(name, x + 14, 16)}')
        parts.append(f'<text x="{x + 36}" y="20">{SHOWN[name]}</text>')
    return "".join(parts)


def mark(name, x, y):
    """Colours are not all that tells the lines apart."""
    if name == "calc":
        return f'<circle class="{name}-fill" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
    return f'<rect class="{name}-fill" x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"/>'


class Panel:
    """One figure against one axis, both logarithmic."""

    def __init__(self, lines, title, label):
        self.lines, self.title, self.label = lines, title, label
        points = [point for points in lines.values() for point in points]
        self.xs = sorted({x for x, _ in points})
        ys = [max(y, 1e-6) for _, y in points]
        self.low, self.high = floor(log10(min(ys))), max(ceil(log10(max(ys))), floor(log10(min(ys))) + 1)

    def x(self, value):
        span = log10(self.xs[-1] / self.xs[0]) or 1
        return LEFT + log10(value / self.xs[0]) / span * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        part = (log10(max(value, 1e-6)) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    def draw(self):
        parts = [f'<text class="title" x="{LEFT}" y="{TOP - 12}">{escape(self.title)}</text>']
        parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{escape(self.label)}</text>')
        for power in range(self.low, self.high + 1):
            y = self.y(10**power)
            parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
            parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{short(10.0**power)}</text>')
        for x in self.xs:
            parts.append(f'<text x="{self.x(x):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{short(x)}</text>')
        for name, points in self.lines.items():
            places = [(self.x(x), self.y(y)) for x, y in points]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            parts.append(f'<polyline class="line {name}" points="{path}"/>')
            parts += [mark(name, x, y) for x, y in places]
        return "".join(parts)


def short(number):
    for unit, size in (("M", 1_000_000), ("k", 1000)):
        if number >= size:
            return f"{number / size:g}{unit}"
    return f"{number:g}"
