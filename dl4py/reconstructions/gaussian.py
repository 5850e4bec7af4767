"""Normal distribution of data of any size."""

import math

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.reconstructions.base import Reconstruction, reconstruction
from dl4py.spec import key

exp = el.exp
HALF_LOG_2_PI = 0.5 * math.log(2.0 * math.pi)


@reconstruction("gaussian", java="org.deeplearning4j.nn.conf.layers.variational.GaussianReconstructionDistribution")
class Gaussian(Reconstruction):
    """``-log p(x | z) = (log 2 pi + log v + (x - m)^2 / v) / 2``: the decoder gives the means m, then the log v."""

    activation: Activation = key("Function of the decoder's pre-output.", default="identity", json="activationFn")

    def width(self, size: int) -> int:
        return 2 * size

    def emit(self, e: Emitter, z: Array, x: Array) -> Array:
        y, backward = self.activation.emit(e, z)
        dy, scores = e.like(y, "dy"), e.like(x, "scores")
        e(gaussian, y, x, dy, scores)
        e(k.rows.total, scores.flat, e.score)
        dz = backward(dy)
        assert dz is not None
        return dz


@kernel("b p, b o -> b p, b o", split=True)
def gaussian(y, x, dy, scores):
    n = x.shape[1]
    for i in range(x.shape[0]):
        for j in range(n):
            log_variance = y[i, n + j]
            precision = exp(-log_variance)
            away = y[i, j] - x[i, j]
            scores[i, j] = HALF_LOG_2_PI + 0.5 * (log_variance + away * away * precision)
            dy[i, j] = away * precision
            dy[i, n + j] = 0.5 - 0.5 * away * away * precision
