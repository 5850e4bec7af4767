"""Mish."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter

tanh, softplus, sigmoid = el.tanh, el.softplus, el.sigmoid


@activation("mish", java="org.nd4j.linalg.activations.impl.ActivationMish")
class Mish(Activation):
    """``y = z tanh(log(1 + e^z))``.

    Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", 2019, https://arxiv.org/abs/1908.08681.
    """

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = z[i] * tanh(softplus(z[i]))


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        t = tanh(softplus(z[i]))
        dy[i] *= t + z[i] * (1.0 - t * t) * sigmoid(z[i])
