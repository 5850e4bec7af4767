"""Mean absolute error."""

from dl4py.kernels.jit import Kernel, kernel
from dl4py.losses.base import ElementLoss, loss


@loss("mae", java="org.nd4j.linalg.lossfunctions.impl.LossMAE")
class MeanAbsoluteError(ElementLoss):
    """``score = sum over rows of mean over outputs of w |y - labels|``."""

    def kernel(self) -> Kernel:
        return mae


@kernel("b o, b o, o -> b o, b o", split=True)
def mae(y, labels, weights, scores, dy):
    n = y.dtype.type(y.shape[1])
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            d = y[i, j] - labels[i, j]
            w = weights[j] / n
            scores[i, j] = w * abs(d)
            dy[i, j] = w if d > 0.0 else -w if d < 0.0 else 0.0
