"""Batches of a data set, epoch after epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.dataset import Dataset
from dl4py.data.normalizers import Fitted
from dl4py.errors import DataError

WORD = 2**64 - 1


@dataclass(frozen=True)
class BatchIterator:
    """Batches of `batch_size`; the order of an epoch depends on the seed and its number alone.

    The last batch of an epoch is as large as what is left, or is left out with `drop_last`. Numbers in memory are
    normalized once, all at the first epoch; pixels and mapped files batch by batch. The numbers are the same. Images
    with random transforms are drawn anew, by the seed, the epoch and their number.
    """

    dataset: Dataset
    batch_size: int
    seed: int = 0
    shuffle: bool = True
    normalizer: Fitted | None = None
    drop_last: bool = False

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise DataError(f"a batch has at least 1 example, not {self.batch_size}")

    def __len__(self) -> int:
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def order(self, epoch: int) -> np.ndarray | None:
        """The permutation of an epoch, None for the order of the source."""
        if not self.shuffle:
            return None
        generator = np.random.Generator(np.random.Philox(key=np.array([self.seed & WORD, epoch], np.uint64)))
        return generator.permutation(len(self.dataset))

    @cached_property
    def _source(self) -> tuple[Dataset, Fitted | None]:
        """What batches are cut from, and what is still to be done to each."""
        if self.normalizer is None or not self.dataset.unpacked:
            return self.dataset, self.normalizer
        return self.dataset.normalized(self.normalizer), None

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """The batches of one epoch, without the first `skip`."""
        return map(self.batches(number), range(skip, len(self)))

    def batches(self, number: int) -> Callable[[int], Batch]:
        """The batches of one epoch by their places in it."""
        order = self.order(number)
        dataset, normalizer = self._source

        def batch(i: int) -> Batch:
            start = i * self.batch_size
            stop = min(start + self.batch_size, len(dataset))
            index = slice(start, stop) if order is None else order[start:stop]
            batch = dataset.batch(index, number, self.seed)
            return normalizer.apply_batch(batch) if normalizer else batch

        return batch
