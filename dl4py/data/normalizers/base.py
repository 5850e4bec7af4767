"""What a normalizer promises: statistics of the training part, applied to everything that comes in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.dataset import Dataset
from dl4py.registry import Kind
from dl4py.spec import Flag, Thing, key

C = TypeVar("C", bound=type)
NORMALIZERS: Kind[Normalizer] = Kind("normalizer", package="dl4py.data.normalizers")


class Fitted:
    """A normalizer with its statistics; it travels in the model's zip."""

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Normalized features, single precision."""
        raise NotImplementedError

    def apply_labels(self, y: np.ndarray) -> np.ndarray:
        """Normalized labels; the same where labels were not fitted."""
        return y

    def revert_labels(self, y: np.ndarray) -> np.ndarray:
        """Outputs in the units of the labels."""
        return y

    def apply_batch(self, batch: Batch) -> Batch:
        """A batch with its first features and labels normalized."""
        features = (self.apply(batch.features[0]), *batch.features[1:])
        labels = (self.apply_labels(batch.labels[0]), *batch.labels[1:]) if batch.labels else ()
        return Batch(features, labels)


class Normalizer(Thing):
    """A rule that brings features to a common range."""

    kind: ClassVar[Kind[Any]] = NORMALIZERS

    def fit(self, data: Dataset) -> Fitted:
        """The statistics of a data set."""
        raise NotImplementedError


class LabelNormalizer(Normalizer):
    """A normalizer that may bring labels of a regression to the range as well."""

    fit_labels: Flag = key("Normalize the labels too, for regression.", default=False)


def normalizer(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a normalizer in the table under `type`."""
    return NORMALIZERS.register(type, java=java)


def across(x: np.ndarray, row: np.ndarray) -> np.ndarray:
    """A row of statistics shaped to fit `[n, c]`, `[n, c, time]` or `[n, c, h, w]`."""
    return row.reshape(1, -1, *([1] * (x.ndim - 2)))


def other_axes(x: np.ndarray) -> tuple[int, ...]:
    """All axes but the one of columns or channels."""
    return (0, *range(2, x.ndim))
