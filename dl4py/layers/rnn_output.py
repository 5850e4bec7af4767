"""Output layer of sequences: fully connected at each step, with a loss."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Self

from dl4py.activations import Activation
from dl4py.layers.base import FeedForwardLayer, LossLayerPart, layer, scored
from dl4py.layers.dense import activated, affine, affine_params
from dl4py.layers.recurrent import Format, checked_sequence, rows_of
from dl4py.losses import Loss
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.preprocessors import Preprocessor
from dl4py.preprocessors.automatic import before_sequences
from dl4py.shapes import Recurrent, Shape
from dl4py.spec import Flag, key


@layer("rnn_output", java="org.deeplearning4j.nn.conf.layers.RnnOutputLayer")
class RnnOutput(FeedForwardLayer, LossLayerPart):
    """``y_t = activation(x_t W + b)`` with ``score = sum_t loss(y_t, labels_t)``, divided by examples, not by steps.

    Input ``[time, batch, n_in]``, output and labels ``[time, batch, n_out]``. Parameters ``W [n_in, n_out]``,
    ``b [n_out]``. Without a label mask the mask of the input says which steps count; DL4J counts all (quirk 17).
    """

    summary_name: ClassVar[str] = "RnnOutputLayer"
    masks_rows: ClassVar[bool] = False

    activation: Activation = key("Function of the pre-output.", default="softmax", json="activationFn")
    has_bias: Flag = key("Add a bias row.", default=True)
    rnn_data_format: Format | None = key("Order of the axes; that of the input.", default=None, spelling="upper")

    def given(self, shape: Shape) -> Self:
        sequence = checked_sequence(self, self.n_in, shape)
        return self.but(n_in=sequence.size, rnn_data_format=sequence.format.lower())

    def expected(self) -> Shape | None:
        return Recurrent(self.n_in, None, (self.rnn_data_format or "ncw").upper()) if self.n_in else None

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Recurrent)
        return replace(given, size=self.n_out)

    def wanted(self, given: Shape) -> Preprocessor | None:
        return before_sequences(given, self.rnn_data_format or "ncw")

    def params(self) -> list[Param]:
        return affine_params(self)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        y, backward = activated(e, affine(e, rows_of(x), p), self.activation)
        return y.reshape(x.rows, x.columns, self.n_out), lambda dy: as_steps(backward(rows_of(dy)), x)

    def emit_scored(
        self, e: Emitter, x: Array, p: Params, labels: Array, mask: Array | None
    ) -> tuple[Array, Callable[[Array | None], Array | None]]:
        if mask is None and e.mask is not None and not e.quirk(17):
            mask = e.mask
        z, affine_backward = affine(e, rows_of(x), p)
        y, backward = scored_steps(e, z, self.activation, self.loss, labels, mask)
        return y.reshape(x.rows, x.columns, self.n_out), lambda dy: as_steps(affine_backward(backward(dy)), x)


def scored_steps(
    e: Emitter, z: Array, activation: Activation, loss: Loss, labels: Array, mask: Array | None
) -> tuple[Array, Callable[[Array | None], Array]]:
    """`scored` for the pre-outputs `z [time * batch, n]` of labels and masks that are sequences."""
    y, backward = scored(e, z, activation, loss, rows_of(labels), None if mask is None else rows_of(mask))
    return y, lambda dy: backward(None if dy is None else rows_of(dy))


def as_steps(rows: Array | None, x: Array) -> Array | None:
    """Rows `[time * batch, n]` in the shape of the sequence `x`."""
    return None if rows is None else rows.reshape(*x.shape)
