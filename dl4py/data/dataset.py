"""`Dataset`: all examples of a source, in memory or mapped from a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod
from mmap import mmap
from typing import Protocol, Self, runtime_checkable

import numpy as np

from dl4py.data.ahead import ahead
from dl4py.data.batch import Arrays, Batch, Masks, chosen, taken
from dl4py.data.image_form import ImageForm
from dl4py.data.normalizers import Fitted
from dl4py.data.places import Chosen, Numbered, Place
from dl4py.errors import DataError
from dl4py.plan import threads

EXAMPLE = Numbered("example")
BLOCK = 1 << 21  # values looked at together where the size of a batch does not matter


@runtime_checkable
class Deferred(Protocol):
    """Something like an array that is read when it is indexed; `rows` chooses without reading."""

    def rows(self, index: np.ndarray | slice) -> Self: ...


class Fresh(Protocol):
    """First features that are drawn anew for each epoch."""

    def rows(self, index: np.ndarray | slice) -> Self: ...

    def draw(self, index: np.ndarray | slice, epoch: int, seed: int) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Dataset:
    """Features `[n, ...]`, labels `[n, ...]` and their masks of n examples; `place` tells where example i was read.

    Whole numbers (pixels of an idx file) stay as the file holds them and become single precision batch by batch.
    Features may be read from files batch by batch. With `fresh` the first features are those for judging, and epochs
    of training draw others. With `mirror` the labels are the features. `images` says how the first features were made
    of image files.
    """

    features: Arrays
    labels: Arrays = ()
    class_names: tuple[str, ...] = ()
    place: Place = EXAMPLE
    feature_masks: Masks = ()
    label_masks: Masks = ()
    fresh: Fresh | None = None
    mirror: bool = False
    images: ImageForm | None = None

    def __post_init__(self) -> None:
        arrays = [*self.features, *self.labels, *self.feature_masks, *self.label_masks]
        sizes = [len(array) for array in arrays if array is not None]
        if not self.features:
            raise DataError("a data set needs at least one array of features")
        for array in (*self.features, *self.labels):
            if array.dtype.kind not in "biuf":
                raise DataError(f"a data set holds numbers, found an array of {array.dtype}")
        if len(set(sizes)) > 1:
            raise DataError(f"features and labels differ in length: {', '.join(map(str, sizes))} examples")

    @classmethod
    def from_arrays(cls, x: np.ndarray | Sequence[np.ndarray], y: np.ndarray | Sequence[np.ndarray] = ()) -> Dataset:
        """A data set of arrays that are at hand; lists for several inputs or outputs."""
        features, labels = (a if isinstance(a, list | tuple) else (a,) for a in (x, y))
        return cls(tuple(map(np.asarray, features)), tuple(map(np.asarray, labels)))

    def __len__(self) -> int:
        return len(self.features[0])

    def __iter__(self) -> Iterator[Batch]:
        """All examples in the order of the source, in blocks of some megabytes."""
        block = max(1, BLOCK // max(1, sum(prod(a.shape[1:]) for a in self.features)))
        parts = [slice(start, start + block) for start in range(0, len(self), block)]
        return ahead(self.batch, parts, threads.count() if self.deferred and len(parts) > 1 else 0)

    def rows(self, index: np.ndarray | slice) -> Dataset:
        """Some examples; a slice copies nothing."""
        return replace(
            self,
            features=tuple(a.rows(index) if isinstance(a, Deferred) else taken(a, index) for a in self.features),
            labels=chosen(self.labels, index),
            feature_masks=chosen(self.feature_masks, index),
            label_masks=chosen(self.label_masks, index),
            place=Chosen(self.place, np.arange(len(self))[index]),
            fresh=self.fresh.rows(index) if self.fresh else None,
        )

    def at_rest(self) -> Dataset:
        """The examples as they are judged, the same in every epoch."""
        return replace(self, fresh=None) if self.fresh else self

    def batch(self, index: np.ndarray | slice, epoch: int | None = None, seed: int = 0) -> Batch:
        """Some examples as one batch, as they are judged or as an epoch of training draws them."""
        features: Arrays
        if self.fresh is None or epoch is None:
            features = tuple(_real(taken(a, index)) for a in self.features)
        else:
            first = self.fresh.draw(index, epoch, seed)
            features = tuple(_real(a) for a in (first, *(taken(a, index) for a in self.features[1:])))
        masks = chosen(self.feature_masks, index)
        if self.mirror:
            return Batch(features, features, masks, masks, mirror=True)
        labels = tuple(_real(taken(a, index)) for a in self.labels)
        return Batch(features, labels, masks, chosen(self.label_masks, index))

    def mirrored(self) -> Dataset:
        """The same features as labels: what an autoencoder learns."""
        return replace(self, labels=(), label_masks=(), class_names=(), mirror=True)

    def normalized(self, normalizer: Fitted) -> Dataset:
        """A copy whose features and labels are normalized."""
        parts = [normalizer.apply_batch(batch) for batch in self] or [self.batch(slice(0))]
        features, labels = (
            tuple(map(np.concatenate, zip(*columns, strict=True)))
            for columns in ([part.features for part in parts], [part.labels for part in parts])
        )
        return replace(self, features=features, labels=labels, mirror=False)

    @property
    def deferred(self) -> bool:
        """Whether some features are read from files, or drawn, batch by batch."""
        return self.fresh is not None or any(isinstance(a, Deferred) for a in self.features)

    @property
    def columns(self) -> int:
        """How many arrays of labels there are."""
        return len(self.features if self.mirror else self.labels)

    @property
    def unpacked(self) -> bool:
        """Whether all features lie in memory as numbers that batches can hold as they are."""
        return self.fresh is None and all(_fit(a) and not _mapped(a) for a in self.features)

    def partitions(self, count: int) -> list[Dataset]:
        """At most `count` parts of neighbours whose sizes differ by one at most; none is empty."""
        count = max(1, min(count, len(self)))
        bounds = [len(self) * i // count for i in range(count + 1)]
        return [self.rows(slice(*pair)) for pair in pairwise(bounds)]


def _fit(array: np.ndarray) -> bool:
    return array.dtype.kind == "f" and array.dtype.isnative


def _mapped(array: np.ndarray) -> bool:
    """Whether the numbers of an array, or of what it is a view of, lie in a file."""
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(base, mmap)


def _real(array: np.ndarray) -> np.ndarray:
    """Numbers with a fraction in the machine's order of bytes; an idx file has its own."""
    return array if _fit(array) else array.astype(np.float32)
