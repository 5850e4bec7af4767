"""A new size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dl4py.data.transforms.base import Transform, transform
from dl4py.spec import Size, key

if TYPE_CHECKING:
    from PIL.Image import Image


@transform("resize", java="org.datavec.image.transform.ResizeImageTransform")
class Resize(Transform):
    """The whole image in a new size, by linear interpolation; its proportions are not kept."""

    height: Size = key("New height in pixels.")
    width: Size = key("New width in pixels.")

    def needs(self, size: tuple[int, int] | None) -> tuple[int, int] | None:
        return self.height, self.width

    def apply(self, image: Image, random: np.random.Generator | None) -> Image:
        from dl4py.data.images import resized

        return resized(image, self.height, self.width)
