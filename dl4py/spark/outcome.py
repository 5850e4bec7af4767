"""What the workers of a round report, and the mean of it: the same bits however it travelled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TypeVar

import numpy as np

from dl4py.spark.failure import Failure

T = TypeVar("T")
BLOCK = 1 << 14  # values that stay in the cache while they are added up


@dataclass(frozen=True)
class Share:
    """What one worker did in a round."""

    worker: int
    host: str
    examples: int
    seconds: float


@dataclass(frozen=True)
class Report:
    """Weighted score, weight, examples, iterations and the phases of one worker or of several."""

    score: float
    weight: float
    examples: int
    iterations: int
    phases: tuple[tuple[str, str, int, float, float], ...] = ()  # name, machine, process, start in s, seconds
    sent: int = 0  # bytes of messages
    shares: tuple[Share, ...] = ()

    def plus(self, other: Report) -> Report:
        """Both together."""
        return Report(
            self.score + other.score,
            self.weight + other.weight,
            self.examples + other.examples,
            max(self.iterations, other.iterations),
            self.phases + other.phases,
            self.sent + other.sent,
            self.shares + other.shares,
        )

    @property
    def mean_score(self) -> float:
        """The score as the mean over workers."""
        return self.score / self.weight


@dataclass(frozen=True, eq=False)
class Outcome:
    """A worker's numbers times its weight in double, summed; or the failures that stand in their place."""

    vector: np.ndarray
    report: Report
    workers: int = 1
    failures: tuple[Failure, ...] = field(default=())

    @classmethod
    def failed(cls, failure: Failure) -> Outcome:
        """A failure in the place of numbers."""
        return cls(np.zeros(0), Report(math.nan, 1.0, 0, 0), 1, (failure,))

    def scaled(self) -> Outcome:
        """Numbers times weight, in double."""
        if self.failures:
            return self
        vector = self.vector.astype(np.float64)
        return replace(self, vector=vector if self.report.weight == 1.0 else vector * self.report.weight)

    def plus(self, other: Outcome) -> Outcome:
        """The sum of two."""
        if self.failures or other.failures:
            return Outcome(np.zeros(0), self.report, 0, self.failures + other.failures)
        workers = self.workers + other.workers
        return Outcome(self.vector + other.vector, self.report.plus(other.report), workers)


def fan(count: int, depth: int) -> int:
    """How many are added up at each place of a tree of that depth."""
    return max(2, math.ceil(count ** (1.0 / depth) - 1e-9))


def added_up(values: Sequence[T], depth: int, plus: Callable[[T, T], T]) -> T:
    """The sum over a tree: neighbours first, from left to right. The order never changes, so neither do the bits."""
    width = fan(len(values), depth)
    for _ in range(depth - 1):
        if len(values) <= width:
            break
        values = [reduce(plus, values[i : i + width]) for i in range(0, len(values), width)]
    return reduce(plus, values)


def mean(vectors: Sequence[np.ndarray], weights: Sequence[float], depth: int, result: np.ndarray) -> None:
    """``sum_i w_i v_i / sum_i w_i`` in double, put into `result`; one vector is its own mean.

    `result` may be one of the vectors.
    """
    if len(vectors) == 1:
        if vectors[0] is not result:
            result[:] = vectors[0]
        return
    total = sum(weights)
    for start in range(0, result.size, BLOCK):
        part = slice(start, start + BLOCK)
        scaled = [_times(v[part], w) for v, w in zip(vectors, weights, strict=True)]
        result[part] = added_up(scaled, depth, np.add) / total


def _times(values: np.ndarray, weight: float) -> np.ndarray:
    double = values.astype(np.float64)
    return double if weight == 1.0 else double * weight
