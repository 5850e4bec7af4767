"""Hard sigmoid."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter


@activation("hardsigmoid", java="org.nd4j.linalg.activations.impl.ActivationHardSigmoid")
class HardSigmoid(Activation):
    """``y = min(1, max(0, 0.2 z + 0.5))``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = min(1.0, max(0.0, 0.2 * z[i] + 0.5))


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        if not -2.5 <= z[i] <= 2.5:
            dy[i] = 0.0
        else:
            dy[i] *= 0.2
