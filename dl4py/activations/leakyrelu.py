"""Leaky rectified linear unit."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.spec import Number, key


@activation("leakyrelu", java="org.nd4j.linalg.activations.impl.ActivationLReLU")
class LeakyReLU(Activation):
    """``y = z`` where ``z >= 0``, else ``alpha z``."""

    alpha: Number = key("Slope below 0.", default=0.01)

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward, self.alpha)


@kernel("n -> n", split=True)
def forward(z, y, alpha: float):
    for i in range(z.shape[0]):
        y[i] = z[i] if z[i] >= 0.0 else alpha * z[i]


@kernel("n, n*", split=True)
def backward(z, dy, alpha: float):
    for i in range(z.shape[0]):
        if z[i] < 0.0:
            dy[i] *= alpha
