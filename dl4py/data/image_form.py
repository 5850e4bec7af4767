"""How the image of a file becomes features: said by a reader, kept in the model's zip for `dl4py predict`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from dl4py.data.images import ColorOrder
from dl4py.data.transforms import Transform
from dl4py.spec import AsTuple, Size, Thing, key


class ImageForm(Thing):
    """``[channels, height, width]``, 0 to 255: transforms in their order, then the change of size."""

    height: Size = key("Height of the features in pixels.")
    width: Size = key("Width of the features in pixels.")
    channels: Literal[1, 3, 4] = key("1 for grey values, 3 for colours, 4 with transparency.", default=3)
    color_order: ColorOrder = key("Order of the colours; DL4J's is `bgr`.", default="bgr")
    transforms: Annotated[tuple[Transform, ...], AsTuple] = key("What is done to each image, in order.", default=())

    @property
    def needed(self) -> tuple[int, int] | None:
        """Height and width of which a larger image need not have more; None where its own size matters."""
        need: tuple[int, int] | None = (self.height, self.width)
        for transform in reversed(self.transforms):
            need = transform.needs(need)
        return need

    @classmethod
    def of(cls, reader: ImageForm) -> Self:
        """The form that a reader gives to its images."""
        return cls(**{name: getattr(reader, name) for name in ImageForm.model_fields})
