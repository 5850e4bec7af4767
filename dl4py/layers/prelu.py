"""Parametric rectified linear units."""

from math import prod
from typing import Annotated, Any, ClassVar

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.initializers import Initializer
from dl4py.kernels.jit import kernel
from dl4py.layers.base import TrainableLayer, layer
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import Shape, said
from dl4py.spec import AsTuple, Count, Size, key


@layer("prelu", java="org.deeplearning4j.nn.conf.layers.PReLULayer")
class PReLU(TrainableLayer):
    """``y = x`` where ``x > 0``, else ``alpha x``, with a learned ``alpha`` for each input.

    Output shaped like the input. Parameter ``W [input_shape]``, of size 1 along the axes that share theirs, 0 at first.
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
        if self.input_shape is not None and self.input_shape != shape.array:
            raise ShapeError(
                f"layer `{self.name}` has input_shape {list(self.input_shape)}, its input is {list(shape.array)}",
                at=self.mark("input_shape"),
                hint="leave `input_shape` out",
            )
        axes = len(shape.array)
        if any(not 1 <= axis <= axes for axis in self.shared_axes or ()):
            raise ShapeError(
                f"layer `{self.name}` shares the axes {list(self.shared_axes or ())} of {said(shape)}",
                at=self.mark("shared_axes"),
                hint=f"axes count from 1 to {axes}",
            )
        fitted = self.but(input_shape=shape.array)
        if 0 in fitted.alphas:
            raise ShapeError(
                f"layer `{self.name}` has an alpha for each step, but the number of steps varies",
                at=self.mark(),
                hint=f"share the axis of time: `shared_axes: [{shape.array.index(0) + 1}]`",
            )
        return fitted

    @property
    def alphas(self) -> tuple[int, ...]:
        """The shape of the parameter: that of the input, 1 along shared axes."""
        assert self.input_shape is not None
        return tuple(1 if i + 1 in (self.shared_axes or ()) else n for i, n in enumerate(self.input_shape))

    def output_shape(self, given: Shape) -> Shape:
        return given

    def params(self) -> list[Param]:
        n = float(prod(self.alphas))
        return [Param.weight("W", self.alphas, fans=(n, n)).but(listed="c")]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        inside = tuple(i - 1 for i in e.given[0].inside if i)  # a plan's order of the axes of one example
        steps = len(x.shape) == 3
        shape = (x.shape[0], x.shape[2]) if steps else x.shape[1:]
        alpha = e.array(*shape, name="alpha")
        e(k.move.copy_any, p.W.transposed(*inside), alpha)

        def examples(a: Array) -> Array:
            """`[batch, steps, values]`, one step where there are none."""
            return a.transposed(1, 0, 2) if steps else a.reshape(a.rows, 1, a.size // a.rows)

        each = alpha.reshape(*examples(x).shape[1:])
        y = e.like(x, "y")
        e(prelu, examples(x), each, examples(y))

        def backward(dy: Array) -> Array | None:
            dalpha = e.like(alpha, "dalpha")
            e(prelu_backward, examples(x), each, examples(dy), dalpha.reshape(*each.shape))
            _sum_shared(e, dalpha, p.W.gradient.transposed(*inside))
            return dy

        return y, backward


def _sum_shared(e: Emitter, dalpha: Array, gradient: Array) -> None:
    """``gradient = sum of dalpha`` along the axes where the gradient has size 1."""
    axes = range(len(dalpha.shape))
    shared = [i for i in axes if gradient.shape[i] == 1 < dalpha.shape[i]]
    order = [*shared, *(i for i in axes if i not in shared)]
    moved = e.array(*(dalpha.shape[i] for i in order), name="moved")
    e(k.move.copy_any, dalpha.transposed(*order), moved)
    many = prod(dalpha.shape[i] for i in shared)
    sums = e.array(dalpha.size // many, name="sums")
    e(k.rows.sum_rows, moved.reshape(many, sums.size), sums)
    e(k.move.copy_any, sums.reshape(*gradient.shape), gradient)


@kernel("b t n, t n -> b t n", split=True)
def prelu(x, alpha, y):
    for b in range(x.shape[0]):
        for i in range(x.shape[1]):
            for j in range(x.shape[2]):
                y[b, i, j] = x[b, i, j] if x[b, i, j] > 0.0 else alpha[i, j] * x[b, i, j]


@kernel("b t n, t n, b t n* -> t n")
def prelu_backward(x, alpha, dy, dalpha):
    """Sums the gradient of alpha and turns ``dy`` into ``dx``."""
    dalpha[:] = 0.0
    for b in range(x.shape[0]):
        for i in range(x.shape[1]):
            for j in range(x.shape[2]):
                if x[b, i, j] < 0.0:
                    dalpha[i, j] += dy[b, i, j] * x[b, i, j]
                    dy[b, i, j] *= alpha[i, j]
