"""Rows as images."""

from math import prod

from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, checked_images, mask_of_examples, preprocessor, unflatten
from dl4py.shapes import Convolutional, FeedForward, Shape
from dl4py.spec import Size, key


@preprocessor("feed_forward_to_cnn", java="org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor")
class FeedForwardToCnn(Preprocessor):
    """Rows `[batch, channels * height * width]`, width fastest, to images (NCHW). Images go through."""

    input_height: Size = key("Rows of an image.")
    input_width: Size = key("Columns of an image.")
    num_channels: Size = key("Channels of an image.", default=1)

    def output_shape(self, given: Shape) -> Shape:
        sizes = (self.num_channels, self.input_height, self.input_width)
        if isinstance(given, Convolutional):
            return checked_images(self, given, sizes)
        size = getattr(given, "size", None)
        if size != prod(sizes):
            raise ShapeError(
                f"`feed_forward_to_cnn` makes {' x '.join(map(str, sizes))} = {prod(sizes)} values "
                f"of an example that has {size}",
                at=self.mark(),
                hint="the product of channels, height and width must be the width of the rows",
            )
        return Convolutional(*sizes, steps=given.steps if isinstance(given, FeedForward) else 1)

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        if isinstance(e.given[0], Convolutional):
            return x, lambda dy: dy
        return unflatten(e, x, Convolutional(self.num_channels, self.input_height, self.input_width))

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return mask_of_examples(mask, 4)
