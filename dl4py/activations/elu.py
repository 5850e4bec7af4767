"""Exponential linear unit."""

from dl4py.activations.base import Activation, activation
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.spec import Number, key

exp = el.exp


@activation("elu", java="org.nd4j.linalg.activations.impl.ActivationELU")
class ELU(Activation):
    """``y = z`` where ``z > 0``, else ``alpha (e^z - 1)``.

    Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear Units", 2015,
    https://arxiv.org/abs/1511.07289.
    """

    alpha: Number = key("Limit below 0.", default=1.0)

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        y = e.like(z, "y")
        e(forward, z.flat, y.flat, self.alpha)
        slope = 1.0 if e.quirk(23) else self.alpha

        def back(dy: Array) -> Array:
            e(backward, z.flat, dy.flat, slope)
            return dy

        return y, back


@kernel("n -> n", split=True)
def forward(z, y, alpha: float):
    for i in range(z.shape[0]):
        y[i] = z[i] if z[i] > 0.0 else alpha * (exp(z[i]) - 1.0)


@kernel("n, n*", split=True)
def backward(z, dy, slope: float):
    for i in range(z.shape[0]):
        if z[i] <= 0.0:
            dy[i] *= slope * exp(z[i])
