"""Mean squared error."""

from dl4py.kernels.jit import Kernel, kernel
from dl4py.losses.base import ElementLoss, loss


@loss("mse", java="org.nd4j.linalg.lossfunctions.impl.LossMSE")
class MeanSquaredError(ElementLoss):
    """``score = sum over rows of mean over outputs of w (y - labels)^2``."""

    def kernel(self) -> Kernel:
        return mse


@kernel("b o, b o, o -> b o, b o", split=True)
def mse(y, labels, weights, scores, dy):
    n = y.dtype.type(y.shape[1])
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            d = y[i, j] - labels[i, j]
            scores[i, j] = weights[j] * d * d / n
            dy[i, j] = 2.0 * weights[j] * d / n
