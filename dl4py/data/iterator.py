"""Batches of a data set, epoch after epoch."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from dl4py.data.ahead import Waits, ahead
from dl4py.data.batch import Batch
from dl4py.data.dataset import Dataset
from dl4py.data.normalizers import Fitted
from dl4py.errors import DataError
from dl4py.plan import threads

WORD = 2**64 - 1
LARGE = 1 << 16  # values of a batch that are converted in about the time that threads need to meet


@dataclass(frozen=True)
class BatchIterator:
    """Batches of `batch_size`; the order of an epoch depends on the seed and its number alone.

    The last batch of an epoch is as large as what is left, or is left out with `drop_last`. Numbers in memory are
    normalized once, all at the first epoch; pixels and mapped files batch by batch. The numbers are the same. Images
    with random transforms are drawn anew, by the seed, the epoch and their number. What takes time is made ahead by
    `workers` threads, which change no number: as many as kernels have where files are read, one where large batches are
    converted, none otherwise. `waits` counts the time that is waited for batches.
    """

    dataset: Dataset
    batch_size: int
    seed: int = 0
    shuffle: bool = True
    normalizer: Fitted | None = None
    drop_last: bool = False
    workers: int | None = None
    waits: Waits | None = None

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

    def epoch(self, number: int, skip: int = 0) -> Generator[Batch, None, None]:
        """The batches of one epoch, without the first `skip`; close it where you leave it early."""
        return ahead(self.batches(number), range(skip, len(self)), self.threads, self.waits)

    @property
    def threads(self) -> int:
        """How many threads make batches ahead."""
        dataset = self.dataset
        if len(dataset) <= self.batch_size:
            return 0
        if self.workers is not None:
            return self.workers
        if dataset.deferred:
            return threads.count()
        large = self.batch_size * sum(prod(a.shape[1:]) for a in dataset.features) >= LARGE
        return int(large and not dataset.unpacked)

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
