"""A tree of times as lines: wider bars took longer, and what is inside of something stands below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

WIDTH = 40
LEAST = 0.005
"""Parts of less than this share of the whole are put together."""

Path = tuple[str, ...]


def flame(times: Mapping[Path, float], total: float) -> list[str]:
    """``share  seconds  bar  name`` for each part and what is inside of it, the longest first.

    Bars stand side by side as the parts of a whole do: a bar begins where that of its elder neighbour ends.
    """
    rows = list(_rows(_sums(times), (), 0.0, total))
    return [
        f"{seconds / total:6.1%}  {seconds:9.3f} s  |{_bar(start / total, seconds / total)}|  {'  ' * depth}{name}"
        for depth, name, start, seconds in rows
    ]


def _sums(times: Mapping[Path, float]) -> dict[Path, float]:
    """Times of all parts and of what is inside of them, by path."""
    sums: dict[Path, float] = defaultdict(float)
    for path, seconds in times.items():
        for depth in range(1, len(path) + 1):
            sums[path[:depth]] += seconds
    return sums


def _rows(
    sums: Mapping[Path, float], above: Path, start: float, total: float
) -> Iterator[tuple[int, str, float, float]]:
    """Depth, name, start and seconds of what is inside of a part."""
    inside = sorted((p for p in sums if p[:-1] == above), key=lambda p: -sums[p])
    small = [p for p in inside if sums[p] < LEAST * total]
    for path in inside:
        if path in small:
            break
        yield len(above), path[-1], start, sums[path]
        yield from _rows(sums, path, start, total)
        start += sums[path]
    if small and (left := sum(sums[p] for p in small)) >= LEAST * total:
        yield len(above), f"{len(small)} others", start, left


def _bar(start: float, share: float) -> str:
    first, last = round(start * WIDTH), round((start + share) * WIDTH)
    return " " * first + "█" * (last - first) + " " * (WIDTH - last)
