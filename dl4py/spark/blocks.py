"""Examples that lie on the cluster: an RDD of batches, normalized, cut and exported where it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.normalizers import Fitted, Normalizer
from dl4py.data.normalizers.base import Measured, MeasuringNormalizer
from dl4py.errors import DataError
from dl4py.spark.objects import Held, Stored, store
from dl4py.spark.sources import ExportFolder, Files, Kept, Source
from dl4py.spark.stats import Stats

if TYPE_CHECKING:
    from dl4py.spark.synchronous import Distributed


@dataclass(frozen=True)
class Blocks:
    """`rdd` holds `Batch` after `Batch`, of any sizes; `class_names` are those of the labels."""

    rdd: Any
    class_names: tuple[str, ...] = ()
    normalizer: Fitted | None = None
    batch_size: int = 32

    def fitted(self, normalizer: Normalizer) -> Blocks:
        """The same examples with a normalizer, fitted in one pass: each partition measures, the driver adds up."""
        if not isinstance(normalizer, MeasuringNormalizer):
            return replace(self, normalizer=normalizer.fit(()))
        parts = self.rdd.mapPartitions(lambda blocks: _measured(normalizer, blocks)).collect()
        if not parts:
            raise DataError(f"`{normalizer.type}` has no examples to be fitted on", at=normalizer.mark())
        return replace(self, normalizer=normalizer.of(reduce(Measured.plus, parts)))

    @property
    def columns(self) -> int:
        """How many arrays of labels there are."""
        return len(self.rdd.first().labels)

    def cut(self, size: int) -> Any:
        """An RDD of normalized batches of `size`; the last of each partition may be smaller."""
        normalizer = self.normalizer
        return self.rdd.mapPartitions(
            lambda blocks: (normalizer.apply_batch(b) if normalizer else b for b in recut(blocks, size))
        )

    def source(self, context: Any, keys: Distributed, stats: Stats) -> Source:
        """Exported files, or batches that stay in memory."""
        batches = self.cut(keys.examples_per_batch(self.batch_size))
        if keys.rdd_training_approach == "export":
            folder = ExportFolder(context, keys.export_directory)
            with stats.phase("Export"):
                found = batches.mapPartitionsWithIndex(lambda p, part: [_exported(folder.path, p, part)]).collect()
            return Files(found, folder)
        from pyspark import StorageLevel

        level = getattr(StorageLevel, keys.storage_level.removesuffix("_SER"))
        kept = batches.mapPartitionsWithIndex(_placed).persist(level)
        with stats.phase("CountRddSize"):
            sizes = kept.mapPartitions(lambda part: [[held.size for _, held in part]]).collect()
        starts = np.concatenate([[0], np.cumsum([len(part) for part in sizes])]).tolist()
        numbered = kept.map(lambda item: (starts[item[0][0]] + item[0][1], item[1]))
        return Kept(kept, numbered, sizes)


def _measured(normalizer: MeasuringNormalizer, blocks: Iterable[Batch]) -> list[Measured]:
    parts = [normalizer.part(block) for block in blocks]
    return [reduce(Measured.plus, parts)] if parts else []


def _placed(partition: int, batches: Iterable[Batch]) -> Iterator[tuple[tuple[int, int], Held]]:
    for i, batch in enumerate(batches):
        yield (partition, i), Held(batch, f"{i} of partition {partition}")


def _exported(folder: Path, partition: int, batches: Iterable[Batch]) -> list[Stored]:
    folder.mkdir(parents=True, exist_ok=True)
    return [store(batch, folder / f"part-{partition:05}-{i:06}.npz") for i, batch in enumerate(batches)]


def recut(blocks: Iterable[Batch], size: int) -> Iterator[Batch]:
    """The same examples in batches of `size`; sequences of unequal length are padded, and masks say so."""
    held: list[Batch] = []
    count = 0
    for block in blocks:
        start = 0
        while start < block.size:
            stop = min(block.size, start + size - count)
            held.append(block.rows(slice(start, stop)))
            count += stop - start
            start = stop
            if count == size:
                yield joined(held)
                held, count = [], 0
    if held:
        yield joined(held)


def joined(parts: list[Batch]) -> Batch:
    """Several batches as one."""
    if len(parts) == 1:
        return parts[0]
    features, feature_masks = _columns([p.features for p in parts], [p.feature_masks for p in parts])
    labels, label_masks = _columns([p.labels for p in parts], [p.label_masks for p in parts])
    return Batch(features, labels, feature_masks, label_masks, parts[0].mirror)


def _columns(arrays: list[Any], masks: list[Any]) -> tuple[Any, Any]:
    """Arrays one below the other and their masks; time is as long as the longest."""
    joined_arrays: list[Any] = []
    joined_masks: list[Any] = []
    for i in range(len(arrays[0])):
        column = [a[i] for a in arrays]
        mask: list[Any] = [m[i] if i < len(m) else None for m in masks]
        if column[0].ndim == 3:
            time = max(a.shape[2] for a in column)
            uneven = any(a.shape[2] != time for a in column) or any(m is not None for m in mask)
            if uneven:
                mask = [
                    _longer(np.ones((len(a), a.shape[2]), np.float32) if m is None else m, time)
                    for a, m in zip(column, mask, strict=True)
                ]
            column = [_longer(a, time) for a in column]
        elif any(m is not None for m in mask):
            mask = [np.ones((len(a), 1), np.float32) if m is None else m for a, m in zip(column, mask, strict=True)]
        joined_arrays.append(np.concatenate(column))
        joined_masks.append(None if mask[0] is None else np.concatenate(mask))
    return tuple(joined_arrays), tuple(joined_masks) if any(m is not None for m in joined_masks) else ()


def _longer(array: np.ndarray, time: int) -> np.ndarray:
    if array.shape[-1] == time:
        return array
    room = [(0, 0)] * (array.ndim - 1) + [(0, time - array.shape[-1])]
    return np.pad(array, room)
