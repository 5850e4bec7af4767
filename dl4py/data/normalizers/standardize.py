"""Mean 0, deviation 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dl4py.data.dataset import Dataset
from dl4py.data.normalizers.base import Fitted, LabelNormalizer, across, normalizer, other_axes


@dataclass(frozen=True, eq=False)
class Standardized(Fitted):
    """``(x - mean) / std`` for each column."""

    mean: np.ndarray
    std: np.ndarray
    label_mean: np.ndarray | None = None
    label_std: np.ndarray | None = None

    def apply(self, x: np.ndarray) -> np.ndarray:
        return ((x - across(x, self.mean)) / across(x, self.std)).astype(np.float32)

    def apply_labels(self, y: np.ndarray) -> np.ndarray:
        if self.label_mean is None or self.label_std is None:
            return y
        return ((y - across(y, self.label_mean)) / across(y, self.label_std)).astype(np.float32)

    def revert_labels(self, y: np.ndarray) -> np.ndarray:
        if self.label_mean is None or self.label_std is None:
            return y
        return y * across(y, self.label_std) + across(y, self.label_mean)


@normalizer("standardize", java="org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize")
class Standardize(LabelNormalizer):
    """``(x - mean) / std`` with the population's deviation, at least 1e-5; a constant column is divided by 1."""

    def fit(self, data: Dataset) -> Standardized:
        labels = moments(data.labels[0]) if self.fit_labels else (None, None)
        return Standardized(*moments(data.features[0]), *labels)


def moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of each column, in single precision as DL4J keeps them."""
    axes = other_axes(x)
    mean = x.mean(axis=axes, dtype=np.float64)
    std = np.sqrt(((x - across(x, mean)) ** 2).mean(axis=axes, dtype=np.float64))
    std = np.where(std == 0.0, 1.0, np.maximum(std, 1e-5))
    return mean.astype(np.float32), std.astype(np.float32)
