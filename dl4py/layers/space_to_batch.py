"""Space to batch: every second place of an image, or every n-th, as an image of its own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.layers.base import layer
from dl4py.layers.images import ImageFormat, Sides, SpatialLayer, resized_by, within
from dl4py.layers.zero_padding import padded
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Convolutional, Shape
from dl4py.spec import Pair, key


@layer("space_to_batch", java="org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer")
class SpaceToBatch(SpatialLayer):
    """``y[(i b2 + j) N + n, c, h, w] = x[n, c, h b1 + i, w b2 + j]`` of the image with zeros around it.

    Input ``[N, C, height, width]``, output ``[N b1 b2, C, (height + padding) / b1, (width + padding) / b2]``: the
    network has that many rows from here on.
    """

    summary_name: ClassVar[str] = "SpaceToBatch"
    layout: ClassVar[str] = "format"

    blocks: Pair = key("Parts along height and width.", default=(2, 2))
    padding: Sides = key("Zeros put in before: top, bottom, left, right.", default=(0, 0, 0, 0))
    format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")

    def json_more(self) -> dict[str, Any]:
        top, bottom, left, right = self.padding
        return {"padding": [[top, bottom], [left, right]]}

    def rows(self, batches: Sequence[int]) -> int:
        """Rows of the output."""
        return batches[0] * self.blocks[0] * self.blocks[1]

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Convolutional)
        wide = resized_by(given, self.padding)
        assert isinstance(wide, Convolutional)
        b1, b2 = self.blocks
        if wide.height % b1 or wide.width % b2:
            raise ShapeError(
                f"layer `{self.name}` ({self.type}) cannot cut {wide.height} x {wide.width} into {b1} x {b2} parts",
                at=self.mark("blocks"),
                note=f"{wide.height} / {b1} = {wide.height / b1:.2f}, {wide.width} / {b2} = {wide.width / b2:.2f}; "
                "both must be whole",
                hint="write a `padding` that makes them whole, or other `blocks`",
            )
        return replace(given, height=wide.height // b1, width=wide.width // b2)

    def row_mask(self, e: Emitter, mask: Array) -> Array:
        many = self.blocks[0] * self.blocks[1]
        y = e.array(many * mask.rows, *mask.shape[1:], name="mask")
        e(k.move.copy_any, mask, y.reshape(many, *mask.shape))
        return y

    def moved_mask(self, e: Emitter, mask: Array) -> Array:
        return self._parts(e, padded(e, mask, self.padding) if any(self.padding) else mask)

    def _parts(self, e: Emitter, wide: Array) -> Array:
        n, h, w, c = wide.shape
        b1, b2 = self.blocks
        y = e.array(b1 * b2 * n, h // b1, w // b2, c, name="y")
        e(k.move.copy_any, self._blocks(wide), y.reshape(b1, b2, n, h // b1, w // b2, c))
        return y

    def _blocks(self, wide: Array) -> Array:
        n, h, w, c = wide.shape
        b1, b2 = self.blocks
        return wide.reshape(n, h // b1, b1, w // b2, b2, c).transposed(2, 4, 0, 1, 3, 5)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        wide = padded(e, x, self.padding) if any(self.padding) else x
        y = self._parts(e, wide)

        def backward(dy: Array) -> Array | None:
            if not x.needs_gradient:
                return None
            dwide = e.like(wide, "dwide")
            blocks = self._blocks(dwide)
            e(k.move.copy_any, dy.reshape(*blocks.shape), blocks)
            if not any(self.padding):
                return dwide
            dx = e.like(x, "dx")
            e(k.move.copy_any, within(dwide, self.padding), dx)
            return dx

        return y, backward
