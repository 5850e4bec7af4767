"""Hyperbolic tangent."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter

tanh = el.tanh


@activation("tanh", java="org.nd4j.linalg.activations.impl.ActivationTanH")
class Tanh(Activation):
    """``y = (e^z - e^-z) / (e^z + e^-z)``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward, of_output=True)


@kernel("n -> n", split=True, work=8)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = tanh(z[i])


@kernel("n, n*", split=True)
def backward(y, dy):
    for i in range(y.shape[0]):
        dy[i] *= 1.0 - y[i] * y[i]
