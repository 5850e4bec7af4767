"""Mirror images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from dl4py.data.transforms.base import Transform, transform
from dl4py.spec import Fraction, key

if TYPE_CHECKING:
    from PIL.Image import Image


@transform("flip", java="org.datavec.image.transform.FlipImageTransform")
class Flip(Transform):
    """The mirror image of some images, drawn anew in each epoch; those that are judged stay as they are."""

    mode: Literal["horizontal", "vertical", "both"] = key(
        "`horizontal` changes left and right, `vertical` top and bottom.", default="horizontal"
    )
    probability: Fraction = key("Share of the images that are mirrored; 1 mirrors all, judged ones too.", default=0.5)

    @property
    def varies(self) -> bool:
        return 0.0 < self.probability < 1.0

    def needs(self, size: tuple[int, int] | None) -> tuple[int, int] | None:
        return size

    def apply(self, image: Image, random: np.random.Generator | None) -> Image:
        from PIL.Image import Transpose

        drawn = 0.0 if self.probability == 1.0 else 1.0 if random is None else random.random()
        if drawn >= self.probability:
            return image
        ways = {
            "horizontal": Transpose.FLIP_LEFT_RIGHT,
            "vertical": Transpose.FLIP_TOP_BOTTOM,
            "both": Transpose.ROTATE_180,
        }
        return image.transpose(ways[self.mode])
