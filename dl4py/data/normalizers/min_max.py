"""A common range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationInfo, field_validator

from dl4py.data.normalizers.base import (
    Fitted,
    MeasuringNormalizer,
    above_min,
    across,
    counting,
    normalizer,
    other_axes,
)
from dl4py.spec import Number, key

FLOOR = 1e-5  # ND4J's EPS_THRESHOLD


@dataclass(frozen=True, eq=False)
class Ranged(Fitted):
    """``(x - lower) / (upper - lower) (high - low) + low`` for each column."""

    low: float
    high: float
    lower: np.ndarray
    upper: np.ndarray
    label_lower: np.ndarray | None = None
    label_upper: np.ndarray | None = None

    def __post_init__(self) -> None:
        for lower, upper in (("lower", "upper"), ("label_lower", "label_upper")):
            least, largest = getattr(self, lower), getattr(self, upper)
            if largest is not None:  # far from 0, single precision loses the floor, and DL4J divides by 0
                object.__setattr__(self, upper, np.maximum(largest, np.nextafter(least, least.dtype.type(np.inf))))

    def apply(self, x: np.ndarray) -> np.ndarray:
        return self._into(x, self.lower, self.upper)

    def revert(self, x: np.ndarray) -> np.ndarray:
        return self._out_of(x, self.lower, self.upper)

    def apply_labels(self, y: np.ndarray) -> np.ndarray:
        if self.label_lower is None or self.label_upper is None:
            return y
        return self._into(y, self.label_lower, self.label_upper)

    def revert_labels(self, y: np.ndarray) -> np.ndarray:
        if self.label_lower is None or self.label_upper is None:
            return y
        return self._out_of(y, self.label_lower, self.label_upper)

    def _into(self, x: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
        share = (x - across(x, lower)) / across(x, upper - lower)
        return (share * (self.high - self.low) + self.low).astype(np.float32)

    def _out_of(self, x: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
        share = (x - self.low) / (self.high - self.low)
        return share * across(x, upper - lower) + across(x, lower)


@dataclass(frozen=True, eq=False)
class Bounds:
    """Least and largest value of each column; of no values at all, infinite ones the wrong way round."""

    lower: np.ndarray
    upper: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, mask: np.ndarray | None = None) -> Bounds:
        """The bounds of an array's columns."""
        x, axes, counts = x.astype(np.float64), other_axes(x), counting(x, mask)
        lower = np.min(x, axis=axes, where=counts, initial=np.inf)
        upper = np.max(x, axis=axes, where=counts, initial=-np.inf)
        return cls(lower, upper)

    def plus(self, other: Bounds) -> Bounds:
        """The bounds of both parts together."""
        return Bounds(np.minimum(self.lower, other.lower), np.maximum(self.upper, other.upper))

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Both bounds in single precision."""
        some = self.lower <= self.upper
        lower = np.where(some, self.lower, 0.0).astype(np.float32)
        upper = np.where(some, np.maximum(self.upper, self.lower + FLOOR), 1.0).astype(np.float32)
        return lower, upper


@normalizer("min_max", java="org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler")
class MinMax(MeasuringNormalizer):
    """``(x - lower) / (upper - lower) (max - min) + min`` for each column; a range is at least 1e-5 wide."""

    min: Number = key("Lower end of the wanted range.", default=0.0)
    max: Number = key("Upper end of the wanted range.", default=1.0)

    @field_validator("max")
    @classmethod
    def _above(cls, value: float, info: ValidationInfo) -> float:
        return above_min(value, info)

    def measure(self, x: np.ndarray, mask: np.ndarray | None) -> Bounds:
        return Bounds.of(x, mask)

    def concluded(self, features: Any, labels: Any = None) -> Ranged:
        return Ranged(self.min, self.max, *features.rows(), *(labels.rows() if labels is not None else ()))
