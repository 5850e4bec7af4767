"""The data section on the cluster: training, validation and test part where executors read them, by the same rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from math import prod
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.config import DataConfig
from dl4py.data.dataset import BLOCK
from dl4py.data.image_form import ImageForm
from dl4py.data.normalizers import Fitted, Normalizer
from dl4py.data.normalizers.base import Measured, MeasuringNormalizer
from dl4py.data.readers import Reader
from dl4py.errors import DataError, InvalidValue
from dl4py.spark.reading.opening import open_pieces
from dl4py.spark.reading.pieces import Aim, Pieces, brought, in_words

MOST = 2000  # partitions; more would cost the driver more than they bring


@dataclass(frozen=True, eq=False)
class Part:
    """Some examples of the pieces, in an order of their own: example `first` + g stands at ``places[g]``, or at g."""

    pieces: Pieces
    first: int
    count: int
    size: int
    places: np.ndarray | None = None
    mirror: bool = False
    _kept: dict[int, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.size

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes."""
        return () if self.mirror else self.pieces.class_names

    @property
    def images(self) -> ImageForm | None:
        """How images became features."""
        return self.pieces.images

    @property
    def columns(self) -> int:
        """How many arrays of labels there are."""
        return len(self.shape[0]) if self.mirror else self.pieces.labels

    @property
    def shape(self) -> tuple[Any, ...]:
        """Shapes of an example's features and labels."""
        return self.pieces.shape

    def aim(self, context: Any, order: np.ndarray | None = None) -> Aim:
        """Where each example is wanted; `order` moves place i to ``order[i]``, or nowhere."""
        if order is None and self.places is None:
            return Aim(self.first, self.count)
        places = np.arange(self.count) if self.places is None else self.places
        if order is not None:
            places = np.where(places < 0, -1, order[np.maximum(places, 0)])
        kind = np.int32 if len(places) < 2**31 else np.int64
        return Aim(self.first, self.count, context.broadcast(places.astype(kind)))

    def blocks(self, context: Any, size: int) -> Any:
        """An RDD of ``(number of the first example, batch, files)`` in order; every batch but the last has `size`."""
        count = -(-self.size // size)
        partitions = max(1, min(count, 2 * context.defaultParallelism, MOST))
        edges = [min(self.size, count * p // partitions * size) for p in range(partitions + 1)]
        mirror = self.mirror

        def cut(item: tuple[int, Batch, tuple[str, ...]]) -> Iterator[tuple[int, Batch, tuple[str, ...]]]:
            p, batch, files = item
            batch = mirrored(batch) if mirror else batch
            for start in range(0, batch.size, size):
                yield edges[p] + start, batch.rows(slice(start, start + size)), files[start : start + size]

        return brought(self.pieces, self.aim(context), edges).flatMap(cut)

    def kept_blocks(self, context: Any, size: int) -> Any:
        """The same, brought once and kept for later."""
        from pyspark import StorageLevel

        if size not in self._kept:
            self._kept[size] = self.blocks(context, size).persist(StorageLevel.MEMORY_AND_DISK)
        return self._kept[size]

    def close(self) -> None:
        """Forgets what is kept on the cluster."""
        for kept in self._kept.values():
            kept.unpersist()
        self._kept.clear()
        self.pieces.close()

    def fitted(self, context: Any, normalizer: Normalizer) -> Fitted:
        """The normalizer with the statistics of these examples, measured in the blocks in which one machine does."""
        if not isinstance(normalizer, MeasuringNormalizer):
            return normalizer.fit(())
        block = max(1, BLOCK // max(1, prod(self.shape[0][0]) * self.pieces.steps[1]))
        measured = self.blocks(context, block).map(lambda item: (item[0], normalizer.part(item[1]))).collect()
        return normalizer.of(reduce(Measured.plus, [part for _, part in sorted(measured, key=lambda m: m[0])]))


def mirrored(batch: Batch) -> Batch:
    """The features as labels."""
    return Batch(batch.features, batch.features, batch.feature_masks, batch.feature_masks, mirror=True)


@dataclass(frozen=True)
class Parts:
    """What `Data` is on one machine."""

    train: Part
    validation: Part | None
    test: Part | None
    normalizer: Fitted | None

    def close(self) -> None:
        """Forgets what is kept on the cluster."""
        for part in (self.train, self.validation, self.test):
            if part is not None:
                part.close()


def open_part(context: Any, reader: Reader, mirror: bool = False, level: str = "MEMORY_AND_DISK") -> Part:
    """All examples of a reader, or those that `rows` asks for."""
    pieces = open_pieces(context, reader, level)
    span = reader.span(len(pieces))
    return Part(pieces, span.start, span.stop - span.start, span.stop - span.start, None, mirror)


def open_parts(context: Any, config: DataConfig, level: str = "MEMORY_AND_DISK") -> Parts:
    """The parts of a data section, as `DataConfig.open` makes them."""
    if config.train is None:
        raise InvalidValue(
            "there is nothing to train on",
            at=config.mark(),
            hint="add `train:` to `data`, for example {type: csv, path: …}",
        )
    train = open_part(context, config.train, config.reconstruct, level)
    others: dict[str, Part | None] = {"validation": None, "test": None}
    for name in others:
        reader = getattr(config, name)
        if reader is not None:
            beside = reader.beside(train.pieces, testing=name == "test")
            others[name] = open_part(context, beside, config.reconstruct, level)
            check_alike(train, name, others[name], reader)
    if config.split:
        split = config.split
        numbers = split.numbers(len(train), lambda: split.classes_in(_labels(context, train)))
        kept, *rest = (_chosen(train, chosen) for chosen in numbers)
        for name, part in zip(("validation", "test"), rest, strict=True):
            others[name] = others[name] or (part if len(part) else None)
        train = kept
    if config.normalizer is not None and train.class_names and getattr(config.normalizer, "fit_labels", False):
        raise InvalidValue(
            "`fit_labels` normalizes the numbers of a regression, these labels are classes",
            at=config.normalizer.mark("fit_labels"),
            hint="leave `fit_labels` out, or write `regression: true` in the reader",
        )
    normalizer = train.fitted(context, config.normalizer) if config.normalizer is not None else None
    return Parts(train, others["validation"], others["test"], normalizer)


def _chosen(whole: Part, numbers: np.ndarray) -> Part:
    places = np.full(whole.count, -1, np.int64)
    places[numbers] = np.arange(len(numbers))
    return replace(whole, size=len(numbers), places=places, _kept={})


def _labels(context: Any, part: Part) -> np.ndarray:
    """The labels of all examples, in order, for the shares of classes."""
    found = part.blocks(context, 1 << 16).map(lambda item: (item[0], item[1].labels)).collect()
    found.sort(key=lambda item: item[0])
    return np.concatenate([labels[0] for _, labels in found]) if found and found[0][1] else np.empty((0, 0))


def check_alike(train: Part, name: str, other: Any, reader: Reader) -> None:
    """Refuses a part whose examples are of another kind than those of the training part."""
    if train.shape != other.shape:
        raise DataError(
            f"the {name} part has {in_words(other.shape)}, the training part {in_words(train.shape)}", at=reader.mark()
        )
    if train.class_names != other.class_names:
        raise DataError(
            f"the {name} part has the classes {', '.join(other.class_names)}, the training part "
            f"{', '.join(train.class_names)}",
            at=reader.mark(),
            hint="leave `classes` out where they should be those of the training part",
        )
