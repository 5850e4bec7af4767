"""Loss layer of sequences: an activation and a loss at each step, without parameters."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, ClassVar, Self

from dl4py.activations import Activation
from dl4py.layers.base import Layer, LossLayerPart, TrainableKeys, layer
from dl4py.layers.loss import copied
from dl4py.layers.recurrent import Format, checked_sequence, rows_of, swapped
from dl4py.layers.rnn_output import as_steps, scored_steps
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.preprocessors import Preprocessor
from dl4py.preprocessors.automatic import before_sequences
from dl4py.shapes import Shape
from dl4py.spec import key


@layer("rnn_loss", java="org.deeplearning4j.nn.conf.layers.RnnLossLayer")
class RnnLoss(Layer, TrainableKeys, LossLayerPart):
    """``y_t = activation(x_t)`` with ``score = sum_t loss(y_t, labels_t)``, divided by examples, not by steps.

    Input, output and labels ``[time, batch, n]``. Without a label mask the mask of the input says which steps count.
    """

    summary_name: ClassVar[str] = "RnnLossLayer"
    json_constants: ClassVar[dict[str, Any]] = {"nin": 0, "nout": 0, "timeDistributedFormat": None}

    activation: Activation = key("Function of the input.", default="identity", json="activationFn")
    rnn_data_format: Format = key("Order of the axes; that of the input.", default="ncw", spelling="upper")

    def given(self, shape: Shape) -> Self:
        return self.but(rnn_data_format=checked_sequence(self, None, shape).format.lower())

    def output_shape(self, given: Shape) -> Shape:
        return given

    def wanted(self, given: Shape) -> Preprocessor | None:
        return before_sequences(given, self.rnn_data_format)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        y, backward = self.activation.emit(e, rows_of(x))
        return y.reshape(*x.shape), lambda dy: as_steps(backward(rows_of(dy)), x)

    def emit_scored(
        self, e: Emitter, x: Array, p: Params, labels: Array, mask: Array | None
    ) -> tuple[Array, Callable[[Array | None], Array | None]]:
        covered = e.mask if mask is None else mask
        z = rows_of(x if covered is None else copied(e, x))  # a mask may be multiplied into it
        bare = mask is None and covered is not None and not e.chain and e.quirk(55)
        turned = self._turned(e, x, labels)
        other = bare or turned is not None  # the score is not what the gradient is of
        with e.scoring(e.array(1, precision="float64", name="unsaid")) if other else nullcontext():
            y, backward = scored_steps(e, z, self.activation, self.loss, labels, covered)
        if other:
            z = rows_of(copied(e, x))
            scored_steps(e, z, self.activation, self.loss, turned or labels, None if bare else covered)
        return y.reshape(*x.shape), lambda dy: as_steps(backward(dy), x)

    def _turned(self, e: Emitter, x: Array, labels: Array) -> Array | None:
        """What DL4J takes for the labels of a score with features last (quirk 63); None for the labels."""
        square = x.shape == labels.shape and x.rows == x.shape[-1]  # for other shapes DL4J has no score
        return swapped(e, x) if square and self.rnn_data_format == "nwc" and e.quirk(63) else None
