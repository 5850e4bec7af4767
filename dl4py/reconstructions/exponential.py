"""Exponential distribution of data that is not negative."""

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.reconstructions.base import Reconstruction, reconstruction
from dl4py.spec import key

exp = el.exp


@reconstruction(
    "exponential", java="org.deeplearning4j.nn.conf.layers.variational.ExponentialReconstructionDistribution"
)
class Exponential(Reconstruction):
    """``-log p(x | z) = rate x - log rate`` with ``log rate = activation(pre-output)``."""

    activation: Activation = key("Function of the decoder's pre-output.", default="identity", json="activationFn")

    def width(self, size: int) -> int:
        return size

    def emit(self, e: Emitter, z: Array, x: Array) -> Array:
        y, backward = self.activation.emit(e, z)
        dy, scores = e.like(y, "dy"), e.like(x, "scores")
        e(exponential, y, x, dy, scores)
        e(k.rows.total, scores.flat, e.score)
        dz = backward(dy)
        assert dz is not None
        return dz


@kernel("b o, b o -> b o, b o", split=True)
def exponential(y, x, dy, scores):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            expected = exp(y[i, j]) * x[i, j]
            scores[i, j] = expected - y[i, j]
            dy[i, j] = expected - 1.0
