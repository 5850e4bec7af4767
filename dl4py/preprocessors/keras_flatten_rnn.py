"""Whole sequences as rows."""

from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, flatten, preprocessor
from dl4py.shapes import FeedForward, Recurrent, Shape, said
from dl4py.spec import Size, key


@preprocessor("keras_flatten_rnn", java="org.deeplearning4j.preprocessors.KerasFlattenRnnPreprocessor")
class KerasFlattenRnn(Preprocessor):
    """Sequences to rows `[batch, size * time]`, time fastest for NCW, size fastest for NWC."""

    ts_length: Size = key("Steps of a sequence.")
    depth: Size = key("Size of a step.")

    def output_shape(self, given: Shape) -> Shape:
        if not isinstance(given, Recurrent):
            raise ShapeError(f"`keras_flatten_rnn` takes sequences, found {said(given)}", at=self.mark())
        if given.size != self.depth or given.time not in (None, self.ts_length):
            raise ShapeError(
                f"`keras_flatten_rnn` takes sequences of {self.depth} x {self.ts_length} steps, found {said(given)}",
                at=self.mark(),
                hint="`depth` is the size of a step, `ts_length` the number of steps",
            )
        return FeedForward(self.depth * self.ts_length)

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        return flatten(e, x, e.given[0])

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return None  # steps are columns now
