"""Mean absolute percentage error."""

from dl4py.kernels.jit import Kernel, kernel
from dl4py.losses.base import ElementLoss, loss


@loss("mape", java="org.nd4j.linalg.lossfunctions.impl.LossMAPE")
class MeanAbsolutePercentageError(ElementLoss):
    """``score = sum over rows of mean over outputs of 100 w |(labels - y) / labels|``."""

    def kernel(self) -> Kernel:
        return mape


@kernel("b o, b o, o -> b o, b o", split=True)
def mape(y, labels, weights, scores, dy):
    n = y.dtype.type(y.shape[1])
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            d = labels[i, j] - y[i, j]
            w = 100.0 * weights[j] / n / abs(labels[i, j])
            scores[i, j] = w * abs(d)
            dy[i, j] = -w if d > 0.0 else w if d < 0.0 else 0.0
