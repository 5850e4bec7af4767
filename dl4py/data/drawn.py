"""Images of files, drawn anew with random transforms for each epoch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from dl4py.data.ahead import ahead
from dl4py.data.dataset import Dataset
from dl4py.data.image_form import ImageForm
from dl4py.data.images import pixels, read_image, resized
from dl4py.data.places import Paths
from dl4py.data.room import IN_MEMORY
from dl4py.errors import DataError
from dl4py.plan import threads

WORD = 2**64 - 1
PART = 32  # images that a thread reads before it looks for more


@dataclass(frozen=True, eq=False)
class ImageFiles:
    """Images `[n, channels, height, width]` of files.

    It stands in a data set like an array: indexed, it reads images as they are judged.
    """

    files: tuple[str, ...]
    form: ImageForm

    dtype = np.dtype(np.uint8)
    ndim = 4

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Examples, channels, height, width."""
        return len(self.files), self.form.channels, self.form.height, self.form.width

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: np.ndarray | slice) -> np.ndarray:
        numbers = np.arange(len(self.files))[index]
        return self._gathered(numbers, (None for _ in numbers))

    def rows(self, index: np.ndarray | slice) -> ImageFiles:
        """Some of the images."""
        return replace(self, files=tuple(np.array(self.files, object)[index]))

    def draw(self, index: np.ndarray | slice, epoch: int, seed: int) -> np.ndarray:
        """Some images of one epoch; what is drawn for an image depends on seed, epoch and its number alone."""
        numbers = np.arange(len(self.files))[index]
        return self._gathered(numbers, (_generator(seed, epoch, int(i)) for i in numbers))

    def dataset(self, labels: np.ndarray, names: tuple[str, ...]) -> Dataset:
        """The images as they are judged, with their labels; random transforms wait for training.

        Many pixels are not kept: their files are read batch by batch, in every epoch again.
        """
        many = prod(self.shape) > IN_MEMORY
        varied = any(transform.varies for transform in self.form.transforms)
        x: Any = self if many else self._read()
        return Dataset((x,), (labels,), names, Paths(self.files), fresh=self if varied else None, images=self.form)

    def _read(self) -> np.ndarray:
        """All images as they are judged, read by as many threads as kernels have."""
        array = np.empty(self.shape, np.uint8)
        parts = [slice(i, i + PART) for i in range(0, len(self.files), PART)]
        workers = threads.count() if len(parts) > 1 else 0
        for part, found in zip(parts, ahead(self.__getitem__, parts, workers), strict=True):
            array[part] = found
        return array

    def _gathered(self, numbers: np.ndarray, generators: Iterable[np.random.Generator | None]) -> np.ndarray:
        array = np.empty((len(numbers), *self.shape[1:]), np.uint8)
        for place, i, random in zip(array, numbers, generators, strict=True):
            place[:] = image_of(self.form, self.files[i], random)
        return array


def image_of(
    form: ImageForm, file: str, random: np.random.Generator | None = None, data: bytes | None = None
) -> np.ndarray:
    """The pixels of one image `[channels, height, width]`; without `random` as they are judged."""
    image = read_image(Path(file) if data is None else file, form.channels, data=data, need=form.needed)
    for transform in form.transforms:
        try:
            image = transform.apply(image, random)
        except DataError as error:
            raise DataError(f"{file}: {error}", at=error.at, hint=error.hint) from None
    return pixels(resized(image, form.height, form.width), form.color_order)


def _generator(seed: int, epoch: int, number: int) -> np.random.Generator:
    key = np.array([seed & WORD, epoch], np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=np.array([0, 0, 0, number + 1], np.uint64)))
