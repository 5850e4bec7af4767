"""Swish."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter

sigmoid = el.sigmoid


@activation("swish", java="org.nd4j.linalg.activations.impl.ActivationSwish")
class Swish(Activation):
    """``y = z / (1 + e^-z)``.

    Ramachandran, Zoph and Le, "Searching for Activation Functions", 2017, https://arxiv.org/abs/1710.05941.
    """

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = z[i] * sigmoid(z[i])


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        s = sigmoid(z[i])
        dy[i] *= s + z[i] * s * (1.0 - s)
