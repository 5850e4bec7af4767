"""Charts with two logarithmic axes as SVG, written by hand: no library, the same text for the same numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 560, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 40, 48
COLORS = ("#0b6fa4", "#c2571a", "#3f8f3f", "#7a4fa3")


@dataclass(frozen=True)
class Series:
    """Times by size."""

    title: str
    x: list[int]
    y: list[float]

    @property
    def points(self) -> list[tuple[int, float]]:
        """Pairs of size and time."""
        return list(zip(self.x, self.y, strict=True))


@dataclass(frozen=True)
class Axes:
    """Where sizes and milliseconds lie on the paper."""

    sizes: tuple[float, float]
    times: tuple[float, float]

    @classmethod
    def over(cls, series: list[Series]) -> Axes:
        """Room for all points: powers of two below, of ten beside."""
        xs, ys = [x for s in series for x in s.x], [y for s in series for y in s.y]
        low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
        return cls((math.log2(min(xs)), math.log2(max(xs))), (low, high))

    def across(self, size: float) -> float:
        """The place of a size."""
        low, high = self.sizes
        return LEFT + (math.log2(size) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def down(self, time: float) -> float:
        """The place of a time."""
        low, high = self.times
        return HEIGHT - BOTTOM - (math.log10(time) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def chart(title: str, below: str, series: list[Series], power: int) -> str:
    """Lines with points; a dotted line grows as the work, with `power`."""
    axes = Axes.over(series)
    parts = [_text(WIDTH / 2, 20, title, "middle", 15), _text(WIDTH / 2, HEIGHT - 10, below, "middle", 12)]
    parts += _grid(axes) + _slope(axes, power, TOP + 14 + 18 * len(series))
    for i, line in enumerate(series):
        color = COLORS[i % len(COLORS)]
        places = [(axes.across(x), axes.down(y)) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in places]
        parts.append(f'<rect x="{LEFT + 10}" y="{TOP + 8 + 18 * i}" width="12" height="3" fill="{color}"/>')
        parts.append(_text(LEFT + 28, TOP + 14 + 18 * i, line.title, "start", 12))
    return "\n".join(parts)


def sheet(charts: list[str]) -> str:
    """Charts beside each other, black on white wherever they are shown."""
    size = f'width="{WIDTH * len(charts)}" height="{HEIGHT}" viewBox="0 0 {WIDTH * len(charts)} {HEIGHT}"'
    groups = [f'<g transform="translate({WIDTH * i} 0)">\n{each}\n</g>' for i, each in enumerate(charts)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n' + "\n".join(groups) + "\n</svg>\n"
    )


def _grid(axes: Axes) -> list[str]:
    parts = []
    for exponent in range(int(axes.sizes[0]), int(axes.sizes[1]) + 1):
        x = axes.across(2**exponent)
        parts.append(_line(x, TOP, x, HEIGHT - BOTTOM, "#e4e4e4"))
        parts.append(_text(x, HEIGHT - BOTTOM + 16, str(2**exponent), "middle", 11))
    for exponent in range(int(axes.times[0]), int(axes.times[1]) + 1):
        y = axes.down(10.0**exponent)
        parts.append(_line(LEFT, y, WIDTH - RIGHT, y, "#cfcfcf"))
        parts.append(_text(LEFT - 6, y + 4, f"{10.0**exponent:g} ms", "end", 11))
    return parts


def _slope(axes: Axes, power: int, below: float) -> list[str]:
    """The slope of the work: from the upper right corner down, as far as the paper reaches; and what it is."""
    (first, last), (low, high) = axes.sizes, axes.times
    start = max(first, last - (high - low) / (power * math.log10(2)))
    begin = high - power * (last - start) * math.log10(2)
    said = "as the batch" if power == 1 else "as the width squared"
    places = [
        (axes.across(2**start), axes.down(10**begin), axes.across(2**last), axes.down(10**high)),
        (LEFT + 10, below - 4, LEFT + 22, below - 4),
    ]
    lines = [_line(*ends, "#909090", ' stroke-dasharray="2 4"') for ends in places]
    return [*lines, _text(LEFT + 28, below, said, "start", 12)]


def _line(x: float, y: float, to_x: float, to_y: float, color: str, more: str = "") -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{color}"{more}/>'


def _text(x: float, y: float, text: str, anchor: str, size: int) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="#222222">{escape(text)}</text>'
    )
