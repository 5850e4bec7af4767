"""Softsign."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter


@activation("softsign", java="org.nd4j.linalg.activations.impl.ActivationSoftSign")
class SoftSign(Activation):
    """``y = z / (1 + |z|)``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = z[i] / (1.0 + abs(z[i]))


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        d = 1.0 + abs(z[i])
        dy[i] /= d * d
