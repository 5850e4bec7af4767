"""Randomized leaky rectified linear unit."""

from dl4py import kernels as k
from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.spec import Number, key


@activation("rrelu", java="org.nd4j.linalg.activations.impl.ActivationRReLU")
class RReLU(Activation):
    """``y = z`` where ``z >= 0``, else ``a z`` with a drawn from ``U(l, u)`` in training and ``(l + u) / 2`` otherwise.

    Xu, Wang, Chen and Li, "Empirical Evaluation of Rectified Activations in Convolutional Network", 2015,
    https://arxiv.org/abs/1505.00853.
    """

    l: Number = key("Least slope below 0.", default=0.125)  # noqa: E741
    u: Number = key("Largest slope below 0.", default=1.0 / 3.0)

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        mean = (self.l + self.u) / 2.0
        if not e.training:
            return elementwise(e, z, dl4j_inference if e.quirk(3) else leaky, leaky_backward, mean)
        slopes, y = e.like(z, "slopes"), e.like(z, "y")
        e(k.random.uniforms, e.clock, slopes.flat, e.seed, e.stream())
        e(randomized, z.flat, slopes.flat, y.flat, self.l, self.u)

        def back(dy: Array) -> Array:
            e(randomized_backward, slopes.flat, dy.flat)
            return dy

        return y, back


@kernel("n -> n", split=True)
def leaky(z, y, slope: float):
    for i in range(z.shape[0]):
        y[i] = z[i] if z[i] >= 0.0 else slope * z[i]


@kernel("n, n*", split=True)
def leaky_backward(z, dy, slope: float):
    for i in range(z.shape[0]):
        if z[i] < 0.0:
            dy[i] *= slope


@kernel("n -> n", split=True)
def dl4j_inference(z, y, slope: float):
    """The larger of input and mean slope, as DL4J has it."""
    for i in range(z.shape[0]):
        y[i] = max(z[i], slope)


@kernel("n, n* -> n", split=True)
def randomized(z, slopes, y, low: float, high: float):
    """Turns uniform numbers into the slope of each element, 1 above 0."""
    for i in range(z.shape[0]):
        slopes[i] = 1.0 if z[i] >= 0.0 else low + (high - low) * slopes[i]
        y[i] = slopes[i] * z[i]


@kernel("n, n*", split=True)
def randomized_backward(slopes, dy):
    for i in range(slopes.shape[0]):
        dy[i] *= slopes[i]
