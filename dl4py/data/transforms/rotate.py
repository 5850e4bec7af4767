"""Turned images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dl4py.data.transforms.base import Transform, transform
from dl4py.spec import Flag, Number, key

if TYPE_CHECKING:
    from PIL.Image import Image


@transform("rotate", java="org.datavec.image.transform.RotateImageTransform")
class Rotate(Transform):
    """The image turned around its middle, by linear interpolation; what comes in at the corners is black."""

    angle: Number = key("Degrees against the clock; the largest, to both sides, when random.", ge=-360, le=360)
    random: Flag = key("A random angle up to `angle` for training, none for judging.", default=True)

    @property
    def varies(self) -> bool:
        return self.random

    def apply(self, image: Image, random: np.random.Generator | None) -> Image:
        from PIL.Image import Resampling

        if not self.random:
            return image.rotate(self.angle, Resampling.BILINEAR)
        if random is None:
            return image
        return image.rotate(self.angle * (2.0 * random.random() - 1.0), Resampling.BILINEAR)
