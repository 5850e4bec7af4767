"""`Dataset`: all examples of a source, in memory or mapped from a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from dl4py.data.batch import Batch
from dl4py.errors import DataError


@dataclass(frozen=True)
class Dataset:
    """Features `[n, ...]` and labels `[n, ...]` of n examples; `place` tells where example i was read."""

    features: tuple[np.ndarray, ...]
    labels: tuple[np.ndarray, ...] = ()
    class_names: tuple[str, ...] = ()
    place: Callable[[int], str] = field(default=lambda i: f"example {i}", compare=False)

    def __post_init__(self) -> None:
        if len({len(array) for array in (*self.features, *self.labels)}) > 1:
            sizes = ", ".join(str(len(array)) for array in (*self.features, *self.labels))
            raise DataError(f"features and labels differ in length: {sizes} examples")

    @classmethod
    def from_arrays(cls, x: np.ndarray | list[np.ndarray], y: np.ndarray | list[np.ndarray] = ()) -> Dataset:  # type: ignore[assignment]
        """A data set of arrays that are at hand; lists for several inputs or outputs."""
        features = tuple(x) if isinstance(x, list | tuple) else (x,)
        labels = tuple(y) if isinstance(y, list | tuple) else (y,)
        return cls(features, labels)

    def __len__(self) -> int:
        return len(self.features[0])

    def rows(self, index: np.ndarray | slice) -> Dataset:
        """Some examples; a slice copies nothing."""
        numbers = np.arange(len(self))[index]
        place = self.place
        return replace(
            self,
            features=tuple(a[index] for a in self.features),
            labels=tuple(a[index] for a in self.labels),
            place=lambda i: place(int(numbers[i])),
        )

    def batch(self, index: np.ndarray | slice) -> Batch:
        """Some examples as one batch."""
        return Batch(tuple(a[index] for a in self.features), tuple(a[index] for a in self.labels))
