"""What a normalizer promises: statistics of the training part, applied to everything that comes in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, ClassVar, Protocol, Self, TypeVar

import numpy as np
from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from dl4py.data.batch import MASKS, Arrays, Batch, Masks, misfit, spread
from dl4py.errors import DataError
from dl4py.registry import Kind
from dl4py.spec import Flag, Thing, key

C = TypeVar("C", bound=type)
NORMALIZERS: Kind[Normalizer] = Kind("normalizer", package="dl4py.data.normalizers")


class Fitted:
    """A normalizer with its statistics; it travels in the model's zip."""

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Normalized features, single precision."""
        raise NotImplementedError

    def revert(self, x: np.ndarray) -> np.ndarray:
        """Features in their own units again."""
        raise NotImplementedError

    def apply_labels(self, y: np.ndarray) -> np.ndarray:
        """Normalized labels; the same where labels were not fitted."""
        return y

    def revert_labels(self, y: np.ndarray) -> np.ndarray:
        """Outputs in the units of the labels."""
        return y

    def of_input(self, number: int) -> Fitted | None:
        """What an input is normalized with; the first one alone."""
        return self if number == 0 else None

    def applied_labels(self, y: np.ndarray, number: int) -> np.ndarray:
        """The normalized labels of an output; those of the first one alone."""
        return self.apply_labels(y) if number == 0 else y

    def reverted_output(self, y: np.ndarray, number: int) -> np.ndarray:
        """An output in the units of its labels."""
        return self.revert_labels(y) if number == 0 else y

    def apply_batch(self, batch: Batch) -> Batch:
        """A batch with features and labels normalized; what a mask covers becomes 0, as in DL4J."""
        features = tuple(self._input(x, i, batch.feature_masks) for i, x in enumerate(batch.features))
        if batch.mirror:
            return replace(batch, features=features, labels=features)
        labels = tuple(
            silenced(self.applied_labels(y, i), masked(batch.label_masks, i)) if self.touches(i) else y
            for i, y in enumerate(batch.labels)
        )
        return replace(batch, features=features, labels=labels)

    def touches(self, output: int) -> bool:
        """Whether labels of an output are its business."""
        return output == 0

    def _input(self, x: np.ndarray, number: int, masks: Masks) -> np.ndarray:
        fitted = self.of_input(number)
        return x if fitted is None else silenced(fitted.apply(x), masked(masks, number))


class Normalizer(Thing):
    """A rule that brings features to a common range."""

    kind: ClassVar[Kind[Any]] = NORMALIZERS

    def fit(self, batches: Iterable[Batch]) -> Fitted:
        """The rule with the statistics of a data set, or of batches that come one by one."""
        raise NotImplementedError


class Measure(Protocol):
    """Statistics of some examples; `plus` gives those of two parts together, in any grouping."""

    def plus(self, other: Self) -> Self: ...


@dataclass(frozen=True, eq=False)
class Measured:
    """Statistics of the features of each input and, where they are fitted, of the labels of each output."""

    features: tuple[Any, ...]
    labels: tuple[Any, ...] = ()

    def plus(self, other: Measured) -> Measured:
        """The statistics of both parts together."""
        return Measured(_sums(self.features, other.features), _sums(self.labels, other.labels))


def _sums(some: tuple[Any, ...], more: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a.plus(b) for a, b in zip(some, more, strict=True))


class MeasuringNormalizer(Normalizer):
    """A normalizer whose statistics are merged from parts: on one machine batch by batch, on many part by part.

    Statistics are per column of `[n, c]`, per feature of `[n, c, time]` over the steps that a mask leaves, per channel
    of `[n, c, h, w]`, in double precision; each input has its own, with `fit_labels` each output, too.
    """

    fit_labels: Flag = key("Normalize the labels too, for regression.", default=False)

    def measure(self, x: np.ndarray, mask: np.ndarray | None) -> Measure:
        """Statistics of one array."""
        raise NotImplementedError

    def concluded(self, features: Any, labels: Any = None) -> Fitted:
        """The normalizer with the statistics of one input and one output."""
        raise NotImplementedError

    def part(self, batch: Batch) -> Measured:
        """Statistics of one batch."""
        features = self._each(batch.features, batch.feature_masks)
        if not self.fit_labels:
            return Measured(features)
        if not batch.labels:
            raise DataError("`fit_labels` is set, but the data has no labels", at=self.mark("fit_labels"))
        return Measured(features, self._each(batch.labels, batch.label_masks))

    def _each(self, arrays: Arrays, masks: Masks) -> tuple[Measure, ...]:
        return tuple(self.measure(x, masked(masks, i)) for i, x in enumerate(arrays))

    def of(self, total: Measured) -> Fitted:
        """The normalizer with the statistics of all parts."""
        if len(total.features) == 1 and len(total.labels) < 2:
            return self.concluded(*total.features, *total.labels)
        from dl4py.data.normalizers.several import Several

        return Several(tuple(map(self.concluded, total.features)), tuple(map(self.concluded, total.labels)))

    def fit(self, batches: Iterable[Batch]) -> Fitted:
        parts = map(self.part, batches)
        start = next(parts, None)
        if start is None:
            raise DataError(f"`{self.type}` has no examples to be fitted on", at=self.mark())
        return self.of(reduce(Measured.plus, parts, start))


def normalizer(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a normalizer in the table under `type`."""
    return NORMALIZERS.register(type, java=java)


def above_min(value: float, info: ValidationInfo) -> float:
    """Checks that `max` is above `min`."""
    if value <= info.data.get("min", -math.inf):
        raise PydanticCustomError("max_above_min", "`max` must be above `min`")
    return value


def across(x: np.ndarray, row: np.ndarray) -> np.ndarray:
    """A row of statistics shaped to fit `[n, c]`, `[n, c, time]` or `[n, c, h, w]`."""
    return row.reshape(1, -1, *([1] * (x.ndim - 2)))


def other_axes(x: np.ndarray) -> tuple[int, ...]:
    """All axes but the one of columns or channels."""
    return (0, *range(2, x.ndim))


def masked(masks: Masks, number: int) -> np.ndarray | None:
    """The mask of an array, if there is one."""
    return masks[number] if number < len(masks) else None


def counting(x: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Which values count, as an array like `x`; a mask `[n, time]` counts for every feature."""
    if mask is None:
        return np.broadcast_to(True, x.shape)
    if wrong := misfit(x, mask):
        raise DataError(wrong, hint=MASKS)
    return np.broadcast_to(spread(x, mask) != 0, x.shape)


def silenced(x: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """`x` with 0 where nothing counts."""
    return x if mask is None else np.where(counting(x, mask), x, x.dtype.type(0))
