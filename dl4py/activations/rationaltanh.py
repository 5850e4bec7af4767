"""Rational approximation of tanh."""

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter


@activation("rationaltanh", java="org.nd4j.linalg.activations.impl.ActivationRationalTanh")
class RationalTanh(Activation):
    """``y = 1.7159 t(2 z / 3)`` with ``t(u) = sgn(u) (1 - 1 / (1 + |u| + u^2 + 1.41645 u^4))``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return elementwise(e, z, forward, backward)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        u = 2.0 / 3.0 * z[i]
        a = abs(u)
        t = 1.0 - 1.0 / (1.0 + a + u * u + 1.41645 * u * u * u * u)
        y[i] = 1.7159 * (t if u >= 0.0 else -t)


@kernel("n, n*", split=True)
def backward(z, dy):
    for i in range(z.shape[0]):
        u = 2.0 / 3.0 * z[i]
        a = min(abs(u), 1e6)  # beyond, the slope is 0 and its parts overflow
        d = 1.0 + a + a * a + 1.41645 * a * a * a * a
        slope = (1.0 + 2.0 * a + 4.0 * 1.41645 * a * a * a) / (d * d)
        dy[i] *= 1.7159 * 2.0 / 3.0 * slope
