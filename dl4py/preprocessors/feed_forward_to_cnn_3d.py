"""Rows as volumes."""

from math import prod
from typing import ClassVar

from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, checked_volumes, mask_of_examples, preprocessor, unflatten
from dl4py.shapes import Convolutional3D, Shape
from dl4py.spec import Flag, Size, key


@preprocessor("feed_forward_to_cnn_3d", java="org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnn3DPreProcessor")
class FeedForwardToCnn3D(Preprocessor):
    """Rows to volumes, values of a row in the order c, d, h, w or d, h, w, c. Volumes go through.

    DL4J calls what comes out NDHWC in either order; here it is what `ncdhw` says.
    """

    json_first: ClassVar[tuple[str, ...]] = ("inputDepth", "inputHeight", "inputWidth", "numChannels")

    input_depth: Size = key("Layers of a volume.")
    input_height: Size = key("Rows of a volume.")
    input_width: Size = key("Columns of a volume.")
    num_channels: Size = key("Channels of a volume.", default=1)
    ncdhw: Flag = key("Whether channels come before depth, height and width.", default=True)

    def output_shape(self, given: Shape) -> Shape:
        sizes = (self.num_channels, self.input_depth, self.input_height, self.input_width)
        if isinstance(given, Convolutional3D):
            return checked_volumes(self, given, sizes)
        size = getattr(given, "size", None)
        if size != prod(sizes):
            raise ShapeError(
                f"`feed_forward_to_cnn_3d` makes {' x '.join(map(str, sizes))} = {prod(sizes)} values "
                f"of an example that has {size}",
                at=self.mark(),
                hint="the product of channels, depth, height and width must be the width of the rows",
            )
        return self._volumes

    @property
    def _volumes(self) -> Convolutional3D:
        format = "NCDHW" if self.ncdhw else "NDHWC"
        return Convolutional3D(self.num_channels, self.input_depth, self.input_height, self.input_width, format)

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        if isinstance(e.given[0], Convolutional3D):
            return x, lambda dy: dy
        return unflatten(e, x, self._volumes)

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return mask_of_examples(mask, 5)
