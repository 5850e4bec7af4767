"""Cube."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter


@activation("cube", java="org.nd4j.linalg.activations.impl.ActivationCube")
class Cube(Activation):
    """``y = z^3``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = z[i] * z[i] * z[i]


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        dy[i] *= 3.0 * z[i] * z[i]
