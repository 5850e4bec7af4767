"""Rows as sequences."""

from typing import Literal

from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, preprocessor, steps_of
from dl4py.shapes import ConvolutionalFlat, FeedForward, Recurrent, Shape, said
from dl4py.spec import key


@preprocessor("feed_forward_to_rnn", java="org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor")
class FeedForwardToRnn(Preprocessor):
    """Rows `[time * batch, size]` to sequences: row t * batch + n is step t of example n.

    Rows that never were steps become sequences of one step.
    """

    rnn_data_format: Literal["ncw", "nwc"] = key("Order of the axes.", default="ncw", spelling="upper")

    def output_shape(self, given: Shape) -> Shape:
        if not isinstance(given, FeedForward | ConvolutionalFlat):
            raise ShapeError(f"`feed_forward_to_rnn` takes rows, found {said(given)}", at=self.mark())
        return Recurrent(given.size, steps_of(given), self.rnn_data_format.upper())

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        steps = steps_of(e.given[0])
        assert steps is not None
        return x.reshape(steps, x.rows // steps, x.columns), lambda dy: dy.reshape(*x.shape)

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        steps = steps_of(e.given[0])
        return None if mask is None or steps is None else mask.reshape(steps, mask.size // steps)
