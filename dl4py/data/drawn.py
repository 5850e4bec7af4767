"""Images of files, drawn anew with random transforms for each epoch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dl4py.data.dataset import Dataset
from dl4py.data.images import ColorOrder, pixels, read_image, resized
from dl4py.data.places import Paths
from dl4py.data.room import room
from dl4py.data.transforms import Transform
from dl4py.errors import DataError

WORD = 2**64 - 1


@dataclass(frozen=True, eq=False)
class ImageFiles:
    """Images `[channels, height, width]` of files; `transforms` come before the last change of size."""

    files: tuple[str, ...]
    height: int
    width: int
    channels: int
    order: ColorOrder
    transforms: tuple[Transform, ...]

    def rows(self, index: np.ndarray | slice) -> ImageFiles:
        """Some of the images."""
        return replace(self, files=tuple(np.array(self.files, object)[index]))

    def draw(self, index: np.ndarray | slice, epoch: int, seed: int) -> np.ndarray:
        """Some images of one epoch; what is drawn for an image depends on seed, epoch and its number alone."""
        numbers = np.arange(len(self.files))[index]
        return self._gathered(numbers, (_generator(seed, epoch, int(i)) for i in numbers))

    def at_rest(self) -> np.ndarray:
        """All images as they are judged."""
        return self._gathered(np.arange(len(self.files)), (None for _ in self.files))

    def dataset(self, labels: np.ndarray, names: tuple[str, ...]) -> Dataset:
        """The images as they are judged, with their labels; random transforms wait for training."""
        varied = any(transform.varies for transform in self.transforms)
        fresh = self if varied else None
        return Dataset((self.at_rest(),), (labels,), names, Paths(self.files), fresh=fresh)

    def _gathered(self, numbers: np.ndarray, generators: Iterable[np.random.Generator | None]) -> np.ndarray:
        array = room((len(numbers), self.channels, self.height, self.width))
        for place, i, random in zip(array, numbers, generators, strict=True):
            place[:] = self._image(self.files[i], random)
        return array

    def _image(self, file: str, random: np.random.Generator | None) -> np.ndarray:
        image = read_image(Path(file), self.channels)
        for transform in self.transforms:
            try:
                image = transform.apply(image, random)
            except DataError as error:
                raise DataError(f"{file}: {error}", at=error.at, hint=error.hint) from None
        return pixels(resized(image, self.height, self.width), self.order)


def _generator(seed: int, epoch: int, number: int) -> np.random.Generator:
    key = np.array([seed & WORD, epoch], np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=np.array([0, 0, 0, number + 1], np.uint64)))
