"""Images as rows."""

from typing import Literal

from dl4py.errors import ShapeError, UnsupportedFeature
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, preprocessor
from dl4py.shapes import Convolutional, FeedForward, Shape, said
from dl4py.spec import Count, key


@preprocessor("cnn_to_feed_forward", java="org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor")
class CnnToFeedForward(Preprocessor):
    """`[batch, channels, height, width]` to `[batch, channels * height * width]`, last index fastest."""

    input_height: Count = key("Rows of an image.", default=0)
    input_width: Count = key("Columns of an image.", default=0)
    num_channels: Count = key("Channels of an image.", default=0)
    format: Literal["nchw", "nhwc"] = key("Order of the axes.", default="nchw", spelling="upper")

    def output_shape(self, given: Shape) -> Shape:
        if isinstance(given, FeedForward):
            return given
        if not isinstance(given, Convolutional):
            raise ShapeError(f"`cnn_to_feed_forward` takes images, found {said(given)}", at=self.mark())
        return FeedForward(given.size)

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        return x.reshape(x.rows, x.size // x.rows), lambda dy: dy.reshape(*x.shape)


def flattened(given: Shape) -> Preprocessor:
    """The preprocessor that makes rows of `given`."""
    if isinstance(given, Convolutional):
        return CnnToFeedForward(
            input_height=given.height,
            input_width=given.width,
            num_channels=given.channels,
            format="nchw" if given.format == "NCHW" else "nhwc",
        )
    raise UnsupportedFeature(f"feeding {said(given)} to a layer that takes rows is not built yet")
