"""Batches of a data set, epoch after epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.dataset import Dataset
from dl4py.data.normalizers import Fitted
from dl4py.errors import DataError

WORD = 2**64 - 1


@dataclass(frozen=True)
class BatchIterator:
    """Batches of `batch_size`; the order of an epoch depends on the seed and its number alone.

    The last batch of an epoch is as large as what is left, or is left out with `drop_last`.
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

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """The batches of one epoch, without the first `skip`."""
        order = self.order(number)
        for i in range(skip, len(self)):
            start = i * self.batch_size
            stop = min(start + self.batch_size, len(self.dataset))
            index = slice(start, stop) if order is None else order[start:stop]
            batch = self.dataset.batch(index)
            yield self.normalizer.apply_batch(batch) if self.normalizer else batch
