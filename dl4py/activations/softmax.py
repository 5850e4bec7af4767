"""Softmax over the columns of each row."""

from dl4py.activations.base import Activation, activation
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter

exp = el.exp


@activation("softmax", java="org.nd4j.linalg.activations.impl.ActivationSoftmax")
class Softmax(Activation):
    """``y_j = e^z_j / sum_k e^z_k``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        y = e.like(z, "y")
        e(softmax, z, y)

        def back(dy: Array) -> Array:
            e(softmax_backward, y, dy)
            return dy

        return y, back


@kernel("b o -> b o", split=True, work=16)
def softmax(z, y):
    for i in range(z.shape[0]):
        top = z[i, 0]
        for j in range(z.shape[1]):
            top = max(top, z[i, j])
        total = 0.0
        for j in range(z.shape[1]):
            y[i, j] = exp(z[i, j] - top)
            total += y[i, j]
        for j in range(z.shape[1]):
            y[i, j] /= total


@kernel("b o, b o*", split=True)
def softmax_backward(y, dy):
    """``dz_j = y_j (dy_j - sum_k y_k dy_k)``."""
    for i in range(y.shape[0]):
        dot = 0.0
        for j in range(y.shape[1]):
            dot += y[i, j] * dy[i, j]
        for j in range(y.shape[1]):
            dy[i, j] = y[i, j] * (dy[i, j] - dot)
