"""Images as rows."""

from typing import Literal

from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, checked_images, flatten, mask_of_rows, preprocessor
from dl4py.shapes import Convolutional, FeedForward, Shape
from dl4py.spec import Count, key


@preprocessor("cnn_to_feed_forward", java="org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor")
class CnnToFeedForward(Preprocessor):
    """Images to rows `[batch, channels * height * width]`, values in the order c, h, w (NCHW) or h, w, c (NHWC).

    Rows go through. Sizes of 0 stand for those of the images.
    """

    input_height: Count = key("Rows of an image.", default=0)
    input_width: Count = key("Columns of an image.", default=0)
    num_channels: Count = key("Channels of an image.", default=0)
    format: Literal["nchw", "nhwc"] = key("Order of the axes.", default="nchw", spelling="upper")

    def output_shape(self, given: Shape) -> Shape:
        if isinstance(given, FeedForward):
            return given
        images = checked_images(self, given, (self.num_channels, self.input_height, self.input_width))
        if images.format.lower() != self.format:
            raise ShapeError(
                f"`cnn_to_feed_forward` reads its images as {self.format.upper()}, they are {images.format}",
                at=self.mark("format"),
                hint=f"write `format: {images.format.lower()}`, or leave the preprocessor out",
            )
        return FeedForward(images.size, steps=images.steps)

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        if not isinstance(e.given[0], Convolutional):
            return x, lambda dy: dy
        return flatten(e, x, e.given[0])

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return mask_of_rows(self, mask)
