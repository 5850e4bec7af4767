"""Mean 0, deviation 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.data.normalizers.base import (
    Fitted,
    MeasuringNormalizer,
    across,
    counting,
    normalizer,
    other_axes,
)

SMALLEST = 1e-5  # ND4J's EPS_THRESHOLD; DL4J takes a deviation down there for 0, and divides by 1 instead


@dataclass(frozen=True, eq=False)
class Standardized(Fitted):
    """``(x - mean) / std`` for each column."""

    mean: np.ndarray
    std: np.ndarray
    label_mean: np.ndarray | None = None
    label_std: np.ndarray | None = None

    def __post_init__(self) -> None:
        for name in ("std", "label_std"):  # a zip may hold what DL4J replaces at first use
            std = getattr(self, name)
            if std is not None:
                object.__setattr__(self, name, np.where(std <= SMALLEST, std.dtype.type(1), std))

    def apply(self, x: np.ndarray) -> np.ndarray:
        return ((x - across(x, self.mean)) / across(x, self.std)).astype(np.float32)

    def revert(self, x: np.ndarray) -> np.ndarray:
        return x * across(x, self.std) + across(x, self.mean)

    def apply_labels(self, y: np.ndarray) -> np.ndarray:
        if self.label_mean is None or self.label_std is None:
            return y
        return ((y - across(y, self.label_mean)) / across(y, self.label_std)).astype(np.float32)

    def revert_labels(self, y: np.ndarray) -> np.ndarray:
        if self.label_mean is None or self.label_std is None:
            return y
        return y * across(y, self.label_std) + across(y, self.label_mean)


@dataclass(frozen=True, eq=False)
class Moments:
    """Count, mean and sum of squared distances from the mean, for each column.

    Merged as ``d = mean_2 - mean_1``, ``mean = mean_1 + d n_2 / n``, ``M = M_1 + M_2 + d^2 n_1 n_2 / n``: Chan, Golub
    and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979.
    """

    count: np.ndarray
    mean: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, mask: np.ndarray | None = None) -> Moments:
        """The moments of an array's columns; distances from the least value keep a constant column exact."""
        x, axes, counts = x.astype(np.float64), other_axes(x), counting(x, mask)
        count = counts.sum(axis=axes, dtype=np.int64)
        least = np.min(x, axis=axes, where=counts, initial=np.inf)
        least = np.where(count > 0, least, 0.0)
        distance = x - across(x, least)
        mean = distance.sum(axis=axes, where=counts) / np.maximum(count, 1)
        squares = np.square(distance - across(x, mean)).sum(axis=axes, where=counts)
        return cls(count, least + mean, squares)

    def plus(self, other: Moments) -> Moments:
        """The moments of both parts together."""
        count = self.count + other.count
        share = other.count / np.maximum(count, 1)
        d = other.mean - self.mean
        return Moments(count, self.mean + d * share, self.squares + other.squares + d * d * self.count * share)

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and deviation of the population, in single precision as DL4J keeps them."""
        std = np.sqrt(self.squares / np.maximum(self.count, 1))
        return self.mean.astype(np.float32), std.astype(np.float32)


@normalizer("standardize", java="org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize")
class Standardize(MeasuringNormalizer):
    """``(x - mean) / std`` with the deviation of the population; one of 1e-5 or less counts as 1, as in DL4J."""

    def measure(self, x: np.ndarray, mask: np.ndarray | None) -> Moments:
        return Moments.of(x, mask)

    def concluded(self, features: Any, labels: Any = None) -> Standardized:
        return Standardized(*features.rows(), *(labels.rows() if labels is not None else ()))
