"""Parametric rectified linear units."""

from math import prod
from typing import Annotated, Any, ClassVar

from dl4py import kernels as k
from dl4py.errors import ShapeError, UnsupportedFeature
from dl4py.initializers import Initializer
from dl4py.kernels.jit import kernel
from dl4py.layers.base import TrainableLayer, layer
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import Shape
from dl4py.spec import AsTuple, Count, Size, key


@layer("prelu", java="org.deeplearning4j.nn.conf.layers.PReLULayer")
class PReLU(TrainableLayer):
    """``y = x`` where ``x > 0``, else ``alpha x``, with a learned ``alpha`` for each input.

    Output shaped like the input. Parameter ``W [input_shape]``, 0 at first.
    He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015, https://arxiv.org/abs/1502.01852.
    """

    summary_name: ClassVar[str] = "PReLU"
    json_constants: ClassVar[dict[str, Any]] = {"nin": 0, "nout": 0}

    input_shape: Annotated[tuple[Size, ...] | None, AsTuple] = key(
        "Shape of one example; found from the layer before when absent.", default=None
    )
    shared_axes: Annotated[tuple[Count, ...] | None, AsTuple] = key(
        "Axes with one alpha for all, counted from 1.", default=None
    )
    weight_init: Initializer = key(
        "First values of alpha.", default={"type": "constant", "value": 0.0}, json="weightInitFn"
    )

    def given(self, shape: Shape) -> "PReLU":
        if self.shared_axes:
            raise UnsupportedFeature(
                f"layer `{self.name}`: `shared_axes` is not built yet",
                at=self.mark("shared_axes"),
                hint="leave it out",
            )
        if self.input_shape is not None and self.input_shape != shape.array:
            raise ShapeError(
                f"layer `{self.name}` has input_shape {list(self.input_shape)}, its input is {list(shape.array)}",
                at=self.mark("input_shape"),
                hint="leave `input_shape` out",
            )
        return self.but(input_shape=shape.array)

    def output_shape(self, given: Shape) -> Shape:
        return given

    def params(self) -> list[Param]:
        assert self.input_shape is not None
        n = float(prod(self.input_shape))
        return [Param.weight("W", self.input_shape, fans=(n, n))]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        rows = x.reshape(x.rows, x.size // x.rows)
        alpha = p.W if len(p.W.shape) == 1 else _row_major(e, p.W)
        y = e.like(x, "y")
        e(prelu, rows, alpha.flat, y.reshape(*rows.shape))

        def backward(dy: Array) -> Array | None:
            dalpha = p.W.gradient if len(p.W.shape) == 1 else e.array(*p.W.shape, name="dalpha")
            e(prelu_backward, rows, alpha.flat, dy.reshape(*rows.shape), dalpha.flat)
            if dalpha is not p.W.gradient:
                e(k.move.copy_any, dalpha, p.W.gradient)
            return dy

        return y, backward


def _row_major(e: Emitter, w: Array) -> Array:
    out = e.array(*w.shape, name="alpha")
    e(k.move.copy_any, w, out)
    return out


@kernel("b n, n -> b n", split=True)
def prelu(x, alpha, y):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] if x[i, j] > 0.0 else alpha[j] * x[i, j]


@kernel("b n, n, b n* -> n")
def prelu_backward(x, alpha, dy, dalpha):
    """Sums the gradient of alpha and turns ``dy`` into ``dx``."""
    dalpha[:] = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if x[i, j] <= 0.0:
                dalpha[j] += dy[i, j] * x[i, j]
                dy[i, j] *= alpha[j]
