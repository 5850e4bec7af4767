"""Space to depth: blocks of an image as channels."""

from dataclasses import replace
from typing import ClassVar

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.layers.base import layer
from dl4py.layers.images import ImageFormat, SpatialLayer, as_places
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Convolutional, Shape
from dl4py.spec import Size, key


@layer("space_to_depth", java="org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer")
class SpaceToDepth(SpatialLayer):
    """``y[(i s + j) C + c, h, w] = x[c, h s + i, w s + j]`` for blocks of ``s x s``.

    Input ``[batch, C, height, width]``, output ``[batch, s s C, height / s, width / s]``. A place is masked where
    all of its block is.
    """

    summary_name: ClassVar[str] = "SpaceToDepth"

    block_size: Size = key("Height and width of a block.", default=2)
    data_format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Convolutional)
        s = self.block_size
        if given.height % s or given.width % s:
            raise ShapeError(
                f"layer `{self.name}` ({self.type}) cannot cut {given.height} x {given.width} into blocks of {s} x {s}",
                at=self.mark("block_size"),
                note=f"{given.height} / {s} = {given.height / s:.2f}, {given.width} / {s} = {given.width / s:.2f}; "
                "both must be whole",
                hint="pad or crop the image before, or write another `block_size`",
            )
        return replace(given, channels=given.channels * s * s, height=given.height // s, width=given.width // s)

    def moved_mask(self, e: Emitter, mask: Array) -> Array:
        from dl4py.kernels.pool import places

        b, h, w, _ = mask.shape
        s = self.block_size
        table = places((h, w), (h // s, w // s), (s, s), (s, s), (0, 0), (1, 1))
        y = e.array(b, h // s, w // s, 1, name="mask")
        e(k.pool.maximum, as_places(mask), e.constant(table, "int32"), as_places(y))
        return y

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        b, h, w, c = x.shape
        s = self.block_size
        y = e.array(b, h // s, w // s, s * s * c, name="y")

        def blocks(image: Array) -> Array:
            return image.reshape(b, h // s, s, w // s, s, c).transposed(0, 1, 3, 2, 4, 5)

        def deep(image: Array) -> Array:
            return image.reshape(b, h // s, w // s, s, s, c)

        e(k.move.copy_any, blocks(x), deep(y))

        def backward(dy: Array) -> Array | None:
            if not x.needs_gradient:
                return None
            dx = e.like(x, "dx")
            e(k.move.copy_any, deep(dy), blocks(dx))
            return dx

        return y, backward
