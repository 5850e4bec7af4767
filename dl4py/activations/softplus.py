"""Softplus."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter

softplus, sigmoid, exp, log = el.softplus, el.sigmoid, el.exp, el.log


@activation("softplus", java="org.nd4j.linalg.activations.impl.ActivationSoftPlus")
class SoftPlus(Activation):
    """``y = log(1 + e^z)``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, rounded if e.quirk(65) else forward, backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = softplus(z[i])


@kernel("n -> n", split=True)
def rounded(z, y):
    for i in range(z.shape[0]):
        y[i] = log(1.0 + exp(z[i])) if z[i] < 50.0 else z[i]


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        dy[i] *= sigmoid(z[i])
