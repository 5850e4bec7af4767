"""Steps of sequences as images."""

from math import prod
from typing import Literal

from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, preprocessor, unflatten
from dl4py.shapes import Convolutional, Recurrent, Shape, said
from dl4py.spec import Size, key


@preprocessor("rnn_to_cnn", java="org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor")
class RnnToCnn(Preprocessor):
    """Sequences of `channels * height * width` values a step, width fastest, to `time * batch` images (NCHW).

    Step t of example n is image t * batch + n.
    """

    input_height: Size = key("Rows of an image.")
    input_width: Size = key("Columns of an image.")
    num_channels: Size = key("Channels of an image.")
    rnn_data_format: Literal["ncw", "nwc"] = key("Order of the axes.", default="ncw", spelling="upper")

    def output_shape(self, given: Shape) -> Shape:
        if not isinstance(given, Recurrent):
            raise ShapeError(f"`rnn_to_cnn` takes sequences, found {said(given)}", at=self.mark())
        sizes = (self.num_channels, self.input_height, self.input_width)
        if given.size != prod(sizes):
            raise ShapeError(
                f"`rnn_to_cnn` makes {' x '.join(map(str, sizes))} = {prod(sizes)} values "
                f"of a step that has {given.size}",
                at=self.mark(),
                hint="the product of channels, height and width must be the size of a step",
            )
        return Convolutional(*sizes, steps=given.time)

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        rows = x.reshape(x.rows * x.columns, x.shape[2])
        y, back = unflatten(e, rows, Convolutional(self.num_channels, self.input_height, self.input_width))

        def backward(dy: Array) -> Array | None:
            dx = back(dy)
            return None if dx is None else dx.reshape(*x.shape)

        return y, backward

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return None if mask is None else mask.reshape(mask.size, 1, 1, 1)
