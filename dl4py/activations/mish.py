"""Mish."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import helper, kernel
from dl4py.plan import Array, Backward, Emitter

exp, sigmoid = el.exp, el.sigmoid


@activation("mish", java="org.nd4j.linalg.activations.impl.ActivationMish")
class Mish(Activation):
    """``y = z tanh(log(1 + e^z))``.

    Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", 2019, https://arxiv.org/abs/1908.08681.
    """

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward)


@helper
def tanh_softplus(z):
    """``tanh(log(1 + e^z)) = (1 + 2 t) / (1 + 2 t + 2 t^2)`` with ``t = e^-z``, so one exponential does."""
    t = exp(-abs(z))
    top = 1.0 + 2.0 * t if z > 0.0 else t * (2.0 + t)
    rest = 2.0 * t * t if z > 0.0 else 2.0
    return top / (top + rest)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = z[i] * tanh_softplus(z[i])


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        t = tanh_softplus(z[i])
        dy[i] *= t + z[i] * (1.0 - t * t) * sigmoid(z[i])
