"""Gaussian error linear unit, in two approximations."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.spec import Flag, key

sigmoid, tanh = el.sigmoid, el.tanh


@activation("gelu", java="org.nd4j.linalg.activations.impl.ActivationGELU")
class GELU(Activation):
    """``y = z / (1 + e^(-1.702 z))``, or ``y = z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3)))`` when precise.

    Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016, https://arxiv.org/abs/1606.08415.
    """

    precise: Flag = key("Use the approximation by tanh.", default=False)

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        if not self.precise:
            return elementwise(e, z, forward, backward)
        if e.quirk(4):
            return elementwise(e, z, dl4j_precise, dl4j_precise_backward)
        return elementwise(e, z, precise, precise_backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = z[i] * sigmoid(1.702 * z[i])


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        c = min(max(z[i], -100.0), 100.0)  # beyond, s (1 - s) is 0
        s = sigmoid(1.702 * c)
        dy[i] *= s + 1.702 * c * s * (1.0 - s)


@kernel("n -> n", split=True)
def precise(z, y):
    for i in range(z.shape[0]):
        y[i] = 0.5 * z[i] * (1.0 + tanh(0.7978845608028654 * (z[i] + 0.044715 * z[i] * z[i] * z[i])))


@kernel("n, n*", split=True)
def precise_backward(z, dy):
    for i in range(z.shape[0]):
        t = tanh(0.7978845608028654 * (z[i] + 0.044715 * z[i] * z[i] * z[i]))
        c = min(max(z[i], -100.0), 100.0)  # beyond, 1 - t^2 is 0
        inner = 0.7978845608028654 * (1.0 + 3.0 * 0.044715 * c * c)
        dy[i] *= 0.5 * (1.0 + t) + 0.5 * c * (1.0 - t * t) * inner


@kernel("n -> n", split=True)
def dl4j_precise(z, y):
    """As DL4J computes it: the cube is taken of ``0.044715 z``."""
    for i in range(z.shape[0]):
        c = 0.044715 * z[i]
        y[i] = 0.5 * z[i] * (1.0 + tanh(0.7978845608028654 * (z[i] + c * c * c)))


@kernel("n, n*", split=True)
def dl4j_precise_backward(z, dy):
    """As DL4J codes it, with rounded constants; ``1 / cosh^2 q = 1 - tanh^2 q``."""
    for i in range(z.shape[0]):
        c = min(max(z[i], -100.0), 100.0)  # beyond, 1 - t^2 is 0
        a = 0.0356774 * c
        b = 0.0535161 * c
        t = tanh(0.797885 * c + a * a * a)
        dy[i] *= 0.5 + 0.5 * t + (0.398942 * c + b * b * b) * (1.0 - t * t)
