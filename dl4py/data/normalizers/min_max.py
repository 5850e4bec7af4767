"""A common range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dl4py.data.dataset import Dataset
from dl4py.data.normalizers.base import Fitted, LabelNormalizer, across, normalizer, other_axes
from dl4py.spec import Number, key


@dataclass(frozen=True, eq=False)
class Ranged(Fitted):
    """``(x - lower) / (upper - lower) (high - low) + low`` for each column."""

    low: float
    high: float
    lower: np.ndarray
    upper: np.ndarray
    label_lower: np.ndarray | None = None
    label_upper: np.ndarray | None = None

    def apply(self, x: np.ndarray) -> np.ndarray:
        share = (x - across(x, self.lower)) / across(x, self.upper - self.lower)
        return (share * (self.high - self.low) + self.low).astype(np.float32)

    def apply_labels(self, y: np.ndarray) -> np.ndarray:
        if self.label_lower is None or self.label_upper is None:
            return y
        share = (y - across(y, self.label_lower)) / across(y, self.label_upper - self.label_lower)
        return (share * (self.high - self.low) + self.low).astype(np.float32)

    def revert_labels(self, y: np.ndarray) -> np.ndarray:
        if self.label_lower is None or self.label_upper is None:
            return y
        share = (y - self.low) / (self.high - self.low)
        return share * across(y, self.label_upper - self.label_lower) + across(y, self.label_lower)


@normalizer("min_max", java="org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler")
class MinMax(LabelNormalizer):
    """``(x - min) / (max - min)``, stretched to the wanted range; a range is at least 1e-5 wide."""

    min: Number = key("Lower end of the wanted range.", default=0.0)
    max: Number = key("Upper end of the wanted range.", default=1.0)

    def fit(self, data: Dataset) -> Ranged:
        labels = bounds(data.labels[0]) if self.fit_labels else (None, None)
        return Ranged(self.min, self.max, *bounds(data.features[0]), *labels)


def bounds(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest value of each column."""
    axes = other_axes(x)
    lower, upper = x.min(axis=axes).astype(np.float64), x.max(axis=axes).astype(np.float64)
    upper = lower + np.maximum(upper - lower, 1e-5)
    return lower.astype(np.float32), upper.astype(np.float32)
