"""Mean squared logarithmic error."""

from dl4py.kernels import elementary as el
from dl4py.kernels.jit import Kernel, kernel
from dl4py.losses.base import ElementLoss, loss

log = el.log


@loss("msle", java="org.nd4j.linalg.lossfunctions.impl.LossMSLE")
class MeanSquaredLogarithmicError(ElementLoss):
    """``score = sum over rows of mean over outputs of w log^2((y + 1) / (labels + 1))``."""

    def kernel(self) -> Kernel:
        return msle


@kernel("b o, b o, o -> b o, b o", split=True)
def msle(y, labels, weights, scores, dy):
    n = y.dtype.type(y.shape[1])
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            r = log((y[i, j] + 1.0) / (labels[i, j] + 1.0))
            w = weights[j] / n
            scores[i, j] = w * r * r
            dy[i, j] = 2.0 * w * r / (y[i, j] + 1.0)
