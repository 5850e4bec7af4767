"""Embedding layer."""

from typing import Any, ClassVar

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.errors import ShapeError
from dl4py.layers.base import TrainableLayer, layer
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import FeedForward, Shape, said
from dl4py.spec import Flag, Size, key


@layer("embedding", java="org.deeplearning4j.nn.conf.layers.EmbeddingLayer")
class Embedding(TrainableLayer):
    """``y = activation(W[index] + b)``: the product with a one-hot row, without the product.

    Input ``[batch, 1]``, whole numbers from 0 to ``n_in - 1``; output ``[batch, n_out]``. Parameters
    ``W [n_in, n_out]``, ``b [n_out]``.
    """

    summary_name: ClassVar[str] = "EmbeddingLayer"
    json_constants: ClassVar[dict[str, Any]] = {"timeDistributedFormat": None}

    n_in: Size = key("Number of different indices.", json="nin")
    n_out: Size = key("Width of the output.", json="nout")
    has_bias: Flag = key("Add a bias row.", default=False)
    activation: Activation = key("Function of the pre-output.", default="identity", json="activationFn")

    def given(self, shape: Shape) -> "Embedding":
        if not isinstance(shape, FeedForward) or shape.size not in (1, self.n_in):
            raise ShapeError(
                f"layer `{self.name}` takes one index an example, its input is {said(shape)}",
                at=self.mark(),
                hint="feed it a column of whole numbers",
            )
        return self

    def expected(self) -> Shape | None:
        return FeedForward(1)

    def output_shape(self, given: Shape) -> Shape:
        return FeedForward(self.n_out)

    def params(self) -> list[Param]:
        weights = Param.weight("W", (self.n_in, self.n_out), fans=(1.0, float(self.n_out)))
        return [weights, Param.bias("b", (self.n_out,), self.bias_init)] if self.has_bias else [weights]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        z = e.array(x.rows, self.n_out, name="z")
        e(k.move.lookup, x, p.W, z)
        if self.has_bias:
            e(k.rows.add_row, z, p.b)
        y, activation_backward = self.activation.emit(e, z)

        def backward(dy: Array) -> Array | None:
            dz = activation_backward(dy)
            assert dz is not None
            e(k.move.scatter, x, dz, p.W.gradient)
            if self.has_bias:
                e(k.rows.sum_rows, dz, p.b.gradient)
            return None

        return y, backward
