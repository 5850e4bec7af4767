"""Rectified linear unit cut at 6."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter


@activation("relu6", java="org.nd4j.linalg.activations.impl.ActivationReLU6")
class ReLU6(Activation):
    """``y = min(6, max(0, z))``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = min(6.0, max(0.0, z[i]))


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        if not 0.0 < z[i] < 6.0:
            dy[i] = 0.0
