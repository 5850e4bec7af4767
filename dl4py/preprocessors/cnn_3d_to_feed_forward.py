"""Volumes as rows."""

from typing import ClassVar

from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, checked_volumes, flatten, mask_of_rows, preprocessor
from dl4py.shapes import Convolutional3D, FeedForward, Shape
from dl4py.spec import Flag, Size, key


@preprocessor("cnn_3d_to_feed_forward", java="org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor")
class Cnn3DToFeedForward(Preprocessor):
    """Volumes to rows `[batch, channels * depth * height * width]`, values in the order c, d, h, w or d, h, w, c.

    Rows go through.
    """

    json_first: ClassVar[tuple[str, ...]] = ("inputDepth", "inputHeight", "inputWidth", "numChannels")

    input_depth: Size = key("Layers of a volume.")
    input_height: Size = key("Rows of a volume.")
    input_width: Size = key("Columns of a volume.")
    num_channels: Size = key("Channels of a volume.", default=1)
    ncdhw: Flag = key("Whether channels come before depth, height and width.", default=True)

    def output_shape(self, given: Shape) -> Shape:
        if isinstance(given, FeedForward):
            return given
        sizes = (self.num_channels, self.input_depth, self.input_height, self.input_width)
        volumes = checked_volumes(self, given, sizes)
        if volumes.format != ("NCDHW" if self.ncdhw else "NDHWC"):
            raise ShapeError(
                f"`cnn_3d_to_feed_forward` reads its volumes as {'NCDHW' if self.ncdhw else 'NDHWC'}, "
                f"they are {volumes.format}",
                at=self.mark("ncdhw"),
                hint=f"write `ncdhw: {'false' if self.ncdhw else 'true'}`, or leave the preprocessor out",
            )
        return FeedForward(volumes.size)

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        if not isinstance(e.given[0], Convolutional3D):
            return x, lambda dy: dy
        return flatten(e, x, e.given[0])

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return mask_of_rows(self, mask)
