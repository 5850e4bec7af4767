"""Embedding of sequences of indices."""

from typing import Any, ClassVar, Literal, Self

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.errors import ShapeError
from dl4py.layers.activation import emit_activation
from dl4py.layers.base import TrainableLayer, layer
from dl4py.layers.recurrent import rows_of
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import FeedForward, Recurrent, Shape, said
from dl4py.spec import Flag, Size, key


@layer("embedding_sequence", java="org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer")
class EmbeddingSequence(TrainableLayer):
    """``y_t = activation(W[index_t] + b)``: a row of W for each step.

    Input whole numbers from 0 to ``n_in - 1``, sequences ``[time, batch, 1]`` or rows ``[batch, time]``; output
    ``[time, batch, n_out]``, 0 where a step is masked. Parameters ``W [n_in, n_out]``, ``b [n_out]``.
    """

    summary_name: ClassVar[str] = "EmbeddingSequenceLayer"
    json_constants: ClassVar[dict[str, Any]] = {"timeDistributedFormat": None}

    n_in: Size = key("Number of different indices.", json="nin")
    n_out: Size = key("Width of the output.", json="nout")
    has_bias: Flag = key("Add a bias row.", default=False)
    activation: Activation = key("Function of the pre-output.", default="identity", json="activationFn")
    input_length: Size = key("Number of steps.", default=1)
    infer_input_length: Flag = key("Take the number of steps from the input.", default=True)
    output_format: Literal["ncw", "nwc"] = key("Order of the output's axes.", default="ncw", spelling="upper")

    def given(self, shape: Shape) -> Self:
        if isinstance(shape, Recurrent) and shape.size == 1:
            steps = shape.time
        elif isinstance(shape, FeedForward):
            steps = shape.size
        else:
            raise ShapeError(
                f"layer `{self.name}` takes sequences of indices, its input is {said(shape)}",
                at=self.mark(),
                hint="feed it whole numbers: `input: {type: recurrent, size: 1, time: ...}`",
            )
        if not self.infer_input_length and steps not in (None, self.input_length):
            raise ShapeError(
                f"layer `{self.name}` has input_length {self.input_length}, but its input has {steps} steps",
                at=self.mark("input_length"),
                hint=f"write `input_length: {steps}`, or `infer_input_length: true`",
            )
        return self if steps is None else self.but(input_length=steps)

    def expected(self) -> Shape | None:
        return Recurrent(1)

    def output_shape(self, given: Shape) -> Shape:
        time = given.time if isinstance(given, Recurrent) else self.input_length
        return Recurrent(self.n_out, time, self.output_format.upper())

    def params(self) -> list[Param]:
        weights = Param.weight("W", (self.n_in, self.n_out), fans=(1.0, float(self.n_out)))
        return [weights, Param.bias("b", (self.n_out,), self.bias_init)] if self.has_bias else [weights]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        time, batch = x.shape[:2] if len(x.shape) == 3 else x.shape[::-1]
        index = rows_of(x) if len(x.shape) == 3 else _by_steps(e, x)
        z = e.array(time * batch, self.n_out, name="z")
        e(k.move.lookup, index, p.W, z)
        if self.has_bias:
            e(k.rows.add_row, z, p.b)
        steps = Recurrent(self.n_out, time, self.output_format.upper()).inside
        y, activation_backward = emit_activation(e, z.reshape(time, batch, self.n_out), self.activation, steps)
        mask = e.mask if len(x.shape) == 3 else None
        if mask is not None:
            y, bare = e.like(y, "masked"), y
            e(k.recurrent.masked, rows_of(bare), rows_of(mask), rows_of(y))

        def backward(dy: Array) -> Array | None:
            if mask is not None:
                e(k.rows.mask_rows, rows_of(dy), rows_of(mask))
            dz = activation_backward(dy)
            assert dz is not None
            e(k.move.scatter, index, rows_of(dz), p.W.gradient)
            if self.has_bias:
                e(k.rows.sum_rows, rows_of(dz), p.b.gradient)
            return None

        return y, backward

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return mask if isinstance(e.given[0], Recurrent) else None


def _by_steps(e: Emitter, x: Array) -> Array:
    """Rows `[batch, time]` as one column, step after step."""
    turned = e.array(x.columns, x.rows, name="index")
    e(k.move.copy, x.T, turned)
    return turned.reshape(x.size, 1)
