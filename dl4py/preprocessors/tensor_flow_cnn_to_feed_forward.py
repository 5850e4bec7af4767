"""Images as rows in TensorFlow's order."""

from typing import ClassVar

from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, checked_images, mask_of_rows, preprocessor
from dl4py.shapes import FeedForward, Shape
from dl4py.spec import Count, key


@preprocessor(
    "tensor_flow_cnn_to_feed_forward",
    java="org.deeplearning4j.nn.modelimport.keras.preprocessors.TensorFlowCnnToFeedForwardPreProcessor",
)
class TensorFlowCnnToFeedForward(Preprocessor):
    """Images to rows `[batch, height * width * channels]`, channels fastest, whatever their layout in DL4J.

    Rows go through. Networks that DL4J imported from Keras have it.
    """

    json_first: ClassVar[tuple[str, ...]] = ("inputHeight", "inputWidth", "numChannels")

    input_height: Count = key("Rows of an image.", default=0)
    input_width: Count = key("Columns of an image.", default=0)
    num_channels: Count = key("Channels of an image.", default=0)
    format: str = key("What DL4J writes there; not used.", default="NCHW", hidden=True)

    def output_shape(self, given: Shape) -> Shape:
        if isinstance(given, FeedForward):
            return given
        images = checked_images(self, given, (self.num_channels, self.input_height, self.input_width))
        return FeedForward(images.size, steps=images.steps)

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        return x.reshape(x.rows, x.size // x.rows), lambda dy: dy.reshape(*x.shape)

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return mask_of_rows(self, mask)
