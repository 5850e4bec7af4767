"""Stretched images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dl4py.data.transforms.base import Transform, transform
from dl4py.spec import NonNegative, key

if TYPE_CHECKING:
    from PIL.Image import Image


@transform("scale", java="org.datavec.image.transform.ScaleImageTransform")
class Scale(Transform):
    """Width and height each longer or shorter by a random number of pixels; judged images stay as they are.

    The reader brings every image to its own size in the end, so a `crop` behind it makes the difference.
    """

    dx: NonNegative = key("The width changes by up to so many pixels.")
    dy: NonNegative = key("The height changes by up to so many pixels.")

    @property
    def varies(self) -> bool:
        return self.dx > 0 or self.dy > 0

    def apply(self, image: Image, random: np.random.Generator | None) -> Image:
        from dl4py.data.images import resized

        if random is None:
            return image
        width, height = (
            max(1, round(size + most * (2.0 * random.random() - 1.0)))
            for size, most in ((image.width, self.dx), (image.height, self.dy))
        )
        return resized(image, height, width)
