"""Images as the steps of sequences."""

from typing import Literal

from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, checked_images, flatten, mask_of_rows, preprocessor, steps_of
from dl4py.shapes import Recurrent, Shape
from dl4py.spec import Count, key


@preprocessor("cnn_to_rnn", java="org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor")
class CnnToRnn(Preprocessor):
    """Images, `time * batch` of them, to sequences of `channels * height * width` values a step.

    Image t * batch + n is step t of example n. Images that never were steps become sequences of one step.
    """

    input_height: Count = key("Rows of an image.")
    input_width: Count = key("Columns of an image.")
    num_channels: Count = key("Channels of an image.")
    rnn_data_format: Literal["ncw", "nwc"] = key("Order of the axes.", default="ncw", spelling="upper")

    def output_shape(self, given: Shape) -> Shape:
        images = checked_images(self, given, (self.num_channels, self.input_height, self.input_width))
        return Recurrent(images.size, images.steps, self.rnn_data_format.upper())

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        rows, back = flatten(e, x, e.given[0])
        steps = steps_of(e.given[0])
        assert steps is not None
        return rows.reshape(steps, x.rows // steps, rows.columns), lambda dy: back(dy.reshape(*rows.shape))

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        rows, steps = mask_of_rows(self, mask), steps_of(e.given[0])
        return None if rows is None or steps is None else rows.reshape(steps, rows.size // steps)
