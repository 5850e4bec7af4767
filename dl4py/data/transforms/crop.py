"""A window of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dl4py.data.transforms.base import Transform, transform
from dl4py.errors import DataError
from dl4py.spec import Flag, Size, key

if TYPE_CHECKING:
    from PIL.Image import Image


@transform("crop", java="org.datavec.image.transform.RandomCropTransform")
class Crop(Transform):
    """A window of the image: at a random place for training, in the middle for judging."""

    height: Size = key("Height of the window in pixels.")
    width: Size = key("Width of the window in pixels.")
    random: Flag = key("Anywhere; otherwise always in the middle.", default=True)

    @property
    def varies(self) -> bool:
        return self.random

    def apply(self, image: Image, random: np.random.Generator | None) -> Image:
        down, right = image.height - self.height, image.width - self.width
        if down < 0 or right < 0:
            raise DataError(
                f"an image of {image.height} x {image.width} pixels has no window of {self.height} x {self.width}",
                at=self.mark(),
                hint="put a `resize` before the `crop`",
            )
        if self.random and random is not None:
            top, left = (int(random.integers(0, room, endpoint=True)) for room in (down, right))
        else:
            top, left = down // 2, right // 2
        return image.crop((left, top, left + self.width, top + self.height))
