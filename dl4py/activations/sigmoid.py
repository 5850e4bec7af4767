"""Logistic sigmoid."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter

sigmoid = el.sigmoid


@activation("sigmoid", java="org.nd4j.linalg.activations.impl.ActivationSigmoid")
class Sigmoid(Activation):
    """``y = 1 / (1 + e^-z)``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward, of_output=True)


@kernel("n -> n", split=True, work=8)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = sigmoid(z[i])


@kernel("n, n*", split=True)
def backward(y, dy):
    for i in range(y.shape[0]):
        dy[i] *= y[i] * (1.0 - y[i])
