"""What a transform promises: an image for an image, the same for the same random numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np

from dl4py.registry import Kind
from dl4py.spec import Thing

if TYPE_CHECKING:
    from PIL.Image import Image

C = TypeVar("C", bound=type)
TRANSFORMS: Kind[Transform] = Kind("transform", package="dl4py.data.transforms")


class Transform(Thing):
    """A change of an image."""

    kind: ClassVar[Kind[Any]] = TRANSFORMS

    @property
    def varies(self) -> bool:
        """Whether random numbers change what comes out."""
        return False

    def needs(self, size: tuple[int, int] | None) -> tuple[int, int] | None:
        """Height and width of an image from which `size` comes out; None where it depends on the image's own size."""
        return None

    def apply(self, image: Image, random: np.random.Generator | None) -> Image:
        """The image changed; without random numbers as it is judged, not as it is trained on."""
        raise NotImplementedError


def transform(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a transform in the table under `type`; `java` is DL4J's class of the same meaning."""
    return TRANSFORMS.register(type, java=java)
