"""Batches of a data set, epoch after epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.dataset import Dataset


@dataclass(frozen=True)
class BatchIterator:
    """Batches of `batch_size`; the order of an epoch depends on the seed and its number alone."""

    dataset: Dataset
    batch_size: int
    seed: int = 0
    shuffle: bool = True
    normalizer: Any = None

    def __len__(self) -> int:
        return -(-len(self.dataset) // self.batch_size)

    def order(self, epoch: int) -> np.ndarray | None:
        """The permutation of an epoch, None for the order of the source."""
        if not self.shuffle:
            return None
        generator = np.random.Generator(np.random.Philox(key=[self.seed & (2**64 - 1), epoch]))
        return generator.permutation(len(self.dataset))

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """The batches of one epoch, without the first `skip`."""
        order = self.order(number)
        for start in range(skip * self.batch_size, len(self.dataset), self.batch_size):
            stop = min(start + self.batch_size, len(self.dataset))
            index = slice(start, stop) if order is None else order[start:stop]
            batch = self.dataset.batch(index)
            yield self.normalizer.apply_batch(batch) if self.normalizer else batch
