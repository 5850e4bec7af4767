"""Softplus."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter

softplus, sigmoid = el.softplus, el.sigmoid


@activation("softplus", java="org.nd4j.linalg.activations.impl.ActivationSoftPlus")
class SoftPlus(Activation):
    """``y = log(1 + e^z)``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = softplus(z[i])


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        dy[i] *= sigmoid(z[i])
