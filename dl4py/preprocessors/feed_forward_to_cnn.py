"""Rows as images."""

from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, preprocessor
from dl4py.shapes import Convolutional, Shape
from dl4py.spec import Size, key


@preprocessor("feed_forward_to_cnn", java="org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor")
class FeedForwardToCnn(Preprocessor):
    """`[batch, channels * height * width]` to `[batch, channels, height, width]`, last index fastest."""

    input_height: Size = key("Rows of an image.")
    input_width: Size = key("Columns of an image.")
    num_channels: Size = key("Channels of an image.", default=1)

    def output_shape(self, given: Shape) -> Shape:
        shape = Convolutional(self.num_channels, self.input_height, self.input_width)
        size = getattr(given, "size", None)
        if size != shape.size:
            raise ShapeError(
                f"`feed_forward_to_cnn` makes {self.num_channels} x {self.input_height} x {self.input_width} = "
                f"{shape.size} values of an example that has {size}",
                at=self.mark(),
                hint="the product of channels, height and width must be the width of the rows",
            )
        return shape

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        image = (x.rows, self.num_channels, self.input_height, self.input_width)
        return x.reshape(*image), lambda dy: dy.reshape(*x.shape)
