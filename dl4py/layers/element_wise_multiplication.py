"""Element-wise multiplication layer."""

from typing import ClassVar

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.kernels.jit import kernel
from dl4py.layers.base import FeedForwardLayer, layer
from dl4py.plan import Array, Backward, Emitter, Param, Params


@layer(
    "element_wise_multiplication",
    java="org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer",
)
class ElementWiseMultiplication(FeedForwardLayer):
    """``y = activation(x * w + b)``, element by element.

    Input and output ``[batch, n]``. Parameters ``W [n]``, ``b [n]``.
    """

    summary_name: ClassVar[str] = "ElementWiseMultiplicationLayer"

    def params(self) -> list[Param]:
        assert self.n_in is not None
        if self.n_in != self.n_out:
            raise ShapeError(
                f"layer `{self.name}` keeps the width, but n_in is {self.n_in} and n_out {self.n_out}",
                at=self.mark("n_out"),
                hint=f"write `n_out: {self.n_in}`",
            )
        n = float(self.n_out)
        weights = Param.weight("W", (1, self.n_out), fans=(n, n))
        return [weights, Param.bias("b", (self.n_out,), self.bias_init)]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        z = e.like(x, "z")
        e(times, x, p.W.flat, p.b, z)
        y, activation_backward = self.activation.emit(e, z)

        def backward(dy: Array) -> Array | None:
            dz = activation_backward(dy)
            assert dz is not None
            e(k.rows.sum_rows, dz, p.b.gradient)
            e(times_backward, x, p.W.flat, dz, p.W.gradient.flat)
            return dz

        return y, backward


@kernel("b n, n, n -> b n", split=True)
def times(x, w, b, z):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            z[i, j] = x[i, j] * w[j] + b[j]


@kernel("b n, n, b n* -> n")
def times_backward(x, w, dz, dw):
    """Sums ``dw = sum dz x`` and turns ``dz`` into ``dx = dz w``."""
    dw[:] = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            dw[j] += dz[i, j] * x[i, j]
            dz[i, j] *= w[j]
