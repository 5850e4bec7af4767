"""Poisson loss."""

from dl4py.kernels import elementary as el
from dl4py.kernels.jit import Kernel, kernel
from dl4py.losses.base import UnweightedLoss, loss

log = el.log


@loss("poisson", java="org.nd4j.linalg.lossfunctions.impl.LossPoisson")
class Poisson(UnweightedLoss):
    """``score = sum of y - labels log y``."""

    def kernel(self) -> Kernel:
        return poisson


@kernel("b o, b o -> b o, b o", split=True)
def poisson(y, labels, scores, dy):
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            t = labels[i, j]
            scores[i, j] = y[i, j] - (t * log(y[i, j]) if t != 0.0 else 0.0)
            dy[i, j] = 1.0 - (t / y[i, j] if t != 0.0 else 0.0)
