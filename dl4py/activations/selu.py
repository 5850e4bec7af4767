"""Scaled exponential linear unit."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter

exp = el.exp


@activation("selu", java="org.nd4j.linalg.activations.impl.ActivationSELU")
class SELU(Activation):
    """``y = l z`` where ``z > 0``, else ``l a (e^z - 1)``; l = 1.0507..., a = 1.6732... keep mean 0 and variance 1.

    Klambauer, Unterthiner, Mayr and Hochreiter, "Self-Normalizing Neural Networks", 2017, https://arxiv.org/abs/1706.02515.
    """

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = 1.0507009873554805 * (z[i] if z[i] > 0.0 else 1.6732632423543772 * (exp(z[i]) - 1.0))


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        below = 1.6732632423543772 * exp(z[i])
        dy[i] *= 1.0507009873554805 * (1.0 if z[i] > 0.0 else below)
