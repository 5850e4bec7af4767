"""Sequences as rows, one for each step."""

from typing import Literal

from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, preprocessor
from dl4py.shapes import FeedForward, Recurrent, Shape, said
from dl4py.spec import key


@preprocessor("rnn_to_feed_forward", java="org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor")
class RnnToFeedForward(Preprocessor):
    """Sequences to rows `[time * batch, size]`: step t of example n is row t * batch + n. Rows go through."""

    rnn_data_format: Literal["ncw", "nwc"] = key("Order of the axes.", default="ncw", spelling="upper")

    def output_shape(self, given: Shape) -> Shape:
        if isinstance(given, FeedForward):
            return given
        if not isinstance(given, Recurrent):
            raise ShapeError(f"`rnn_to_feed_forward` takes sequences, found {said(given)}", at=self.mark())
        return FeedForward(given.size, given.format, given.time)

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        if not isinstance(e.given[0], Recurrent):
            return x, lambda dy: dy
        return x.reshape(x.rows * x.columns, x.shape[2]), lambda dy: dy.reshape(*x.shape)

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return mask if mask is None or not isinstance(e.given[0], Recurrent) else mask.reshape(mask.size, 1)
