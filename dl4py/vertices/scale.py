"""Scale and shift by constants."""

from collections.abc import Sequence

from dl4py import kernels as k
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.shapes import Shape
from dl4py.spec import Number, key
from dl4py.vertices.base import Backwards, Vertex, one_input, vertex


@vertex("scale", java="org.deeplearning4j.nn.conf.graph.ScaleVertex")
class Scale(Vertex):
    """``y = s x``."""

    scale_factor: Number = key("The factor s.")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        return one_input(self, given)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        y = e.like(xs[0], "y")
        e(linear, xs[0].flat, y.flat, self.scale_factor, 0.0)

        def backward(dy: Array) -> list[Array | None]:
            e(k.rows.scale, dy.flat, self.scale_factor)
            return [dy]

        return y, backward


@vertex("shift", java="org.deeplearning4j.nn.conf.graph.ShiftVertex")
class Shift(Vertex):
    """``y = x + s``."""

    shift_factor: Number = key("The summand s.")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        return one_input(self, given)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        y = e.like(xs[0], "y")
        e(linear, xs[0].flat, y.flat, 1.0, self.shift_factor)
        return y, lambda dy: [dy]


@kernel("n -> n", split=True)
def linear(x, y, factor: float, summand: float):
    for i in range(x.shape[0]):
        y[i] = factor * x[i] + summand
