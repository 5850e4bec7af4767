"""Where examples were read: callables from the number of an example to its place, light enough to be pickled."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Place = Callable[[int], str]


@dataclass(frozen=True)
class Numbered:
    """`images.gz: image 7`: a word and the number of the example."""

    what: str

    def __call__(self, i: int) -> str:
        return f"{self.what} {i}"


@dataclass(frozen=True, eq=False)
class Lines:
    """`data.csv:4317`: `lines[i]` is the line of example i, `starts[k]` the first example of file k."""

    files: tuple[str, ...]
    starts: tuple[int, ...]
    lines: np.ndarray

    def __call__(self, i: int) -> str:
        return f"{self.files[bisect_right(self.starts, i) - 1]}:{self.lines[i]}"


@dataclass(frozen=True, eq=False)
class Chosen:
    """The places of some examples of a larger set."""

    whole: Place
    numbers: np.ndarray

    def __call__(self, i: int) -> str:
        return self.whole(int(self.numbers[i]))


@dataclass(frozen=True, eq=False)
class Paths:
    """`train/3.csv`: one file for each example."""

    files: tuple[str, ...]

    def __call__(self, i: int) -> str:
        return self.files[i]
