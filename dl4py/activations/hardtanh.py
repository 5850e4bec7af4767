"""Hard tanh."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter


@activation("hardtanh", java="org.nd4j.linalg.activations.impl.ActivationHardTanH")
class HardTanh(Activation):
    """``y = min(1, max(-1, z))``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = min(1.0, max(-1.0, z[i]))


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        if not -1.0 <= z[i] <= 1.0:
            dy[i] = 0.0
