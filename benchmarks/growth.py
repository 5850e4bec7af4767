"""How a step's time grows with the batch and with the width: `python growth.py [--write]`.

With `--write` the tables and a picture go into docs/benchmarks.md and docs/pictures/growth.svg. A step is expected to
cost what its multiply-adds cost and something for being called; what grows faster than its work from one size to the
next is a cliff, and is said.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import page
from networks import mlp
from plot import Series, chart, sheet

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "growth.svg"
BATCHES = [2**i for i in range(11)]
WIDTHS = [2**i for i in range(4, 13)]
SECONDS, PASSES = 0.4, 4
CLIFF = 1.3
"""A step may take so many times what its work grew by."""


def convolutions(width: int) -> dict:
    """Two convolutions of 3 x 3 over 16 x 16 places."""
    layers = [{"type": "convolution", "n_out": width, "kernel_size": 3, "convolution_mode": "same"}] * 2
    pool = {"type": "global_pooling", "pooling_type": "avg"}
    return {
        "input": {"type": "convolutional", "channels": width, "height": 16, "width": 16},
        "defaults": {"activation": "relu", "updater": "adam"},
        "layers": [*layers, pool, {"type": "output", "n_out": 10}],
    }


def steps_of(width: int) -> dict:
    """An LSTM over 20 steps."""
    return {
        "input": {"type": "recurrent", "size": 64, "time": 20},
        "defaults": {"activation": "tanh", "updater": "adam"},
        "layers": [{"type": "lstm", "n_out": width}, {"type": "rnn_output", "n_out": 10}],
    }


FAMILIES = {
    "dense, w-w-w": (lambda w: mlp([w, w, w, 10], "relu", {"type": "adam"}, 0.0), lambda w: (w,), (), WIDTHS, 256),
    "convolution 3 x 3, w channels": (convolutions, lambda w: (w, 16, 16), (), WIDTHS[:6], 32),
    "LSTM, w units": (steps_of, lambda w: (64, 20), (20,), WIDTHS[:7], 128),
}


def milliseconds(config: dict, features: tuple[int, ...], labels: tuple[int, ...], batch: int) -> float:
    """The best step of training, of some tenths of a second."""
    from dl4py import Network, NetworkConfig

    network = Network(NetworkConfig.model_validate(config))
    generator = np.random.Generator(np.random.Philox(1))
    x = generator.random((batch, *features), dtype=np.float32)
    y = np.moveaxis(np.eye(10, dtype=np.float32)[generator.integers(0, 10, (batch, *labels))], -1, 1)
    network.fit(x, y)
    best, begin = float("inf"), time.perf_counter()
    while time.perf_counter() - begin < SECONDS:
        start = time.perf_counter()
        network.fit(x, y)
        best = min(best, time.perf_counter() - start)
    return best * 1e3


def least(passes: list[list[Series]]) -> list[Series]:
    """Each size at the best of several visits, between which all others were made."""
    return [
        Series(lines[0].title, lines[0].x, [min(times) for times in zip(*(line.y for line in lines), strict=True)])
        for lines in zip(*passes, strict=True)
    ]


def by_batch() -> list[Series]:
    """Each family at its middle width."""
    return [
        Series(f"{name}, w = {w}", BATCHES, [milliseconds(make(w), features(w), labels, b) for b in BATCHES])
        for name, (make, features, labels, _, w) in FAMILIES.items()
    ]


def by_width() -> list[Series]:
    """Each family with 32 examples."""
    return [
        Series(name, widths, [milliseconds(make(w), features(w), labels, 32) for w in widths])
        for name, (make, features, labels, widths, _) in FAMILIES.items()
    ]


def cliffs(series: list[Series], power: int) -> list[str]:
    """Where doubling a size costs more than its work, which grows by 2 to `power`, allows."""
    said = []
    for line in series:
        for (a, before), (b, after) in zip(line.points, line.points[1:], strict=False):
            if after / before > CLIFF * (b / a) ** power:
                said.append(f"{line.title}: {after / before:.1f} times the time from {a} to {b}")
    return said


def table(series: list[Series]) -> str:
    """Milliseconds by size."""
    sizes = sorted({x for line in series for x in line.x})
    rows = [[line.title, *(f"{dict(line.points)[s]:.3g}" if s in line.x else "" for s in sizes)] for line in series]
    head = ["ms", *map(str, sizes)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def main(words: list[str]) -> None:
    """Prints tables and cliffs; writes them where that is asked for."""
    visits = [(by_batch(), by_width()) for _ in range(PASSES)]
    batches, widths = (least([visit[i] for visit in visits]) for i in (0, 1))
    found = cliffs(batches, 1) + cliffs(widths, 2)
    said = "No step is a cliff." if not found else "Steeper than the work:\n\n" + "\n".join(f"* {c}" for c in found)
    text = f"{table(batches)}\n\n{table(widths)}\n\n{said}"
    print(text)
    if "--write" in words:
        PICTURE.parent.mkdir(exist_ok=True)
        left = chart("a step by examples", "batch", batches, 1)
        right = chart("a step of 32 examples by width", "width", widths, 2)
        PICTURE.write_text(sheet([left, right]), encoding="utf-8")
        page.write({"growth": text})


if __name__ == "__main__":
    main(sys.argv[1:])
