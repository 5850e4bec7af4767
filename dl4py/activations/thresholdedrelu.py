"""Thresholded rectified linear unit."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.spec import Number, key


@activation("thresholdedrelu", java="org.nd4j.linalg.activations.impl.ActivationThresholdedReLU")
class ThresholdedReLU(Activation):
    """``y = z`` where ``z > theta``, else 0."""

    theta: Number = key("Threshold.", default=1.0)

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward, self.theta)


@kernel("n -> n", split=True)
def forward(z, y, theta: float):
    for i in range(z.shape[0]):
        y[i] = z[i] if z[i] > theta else 0.0


@kernel("n, n*", split=True)
def backward(z, dy, theta: float):
    for i in range(z.shape[0]):
        if z[i] <= theta:
            dy[i] = 0.0
