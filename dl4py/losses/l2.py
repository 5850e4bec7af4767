"""Sum of squared errors."""

from dl4py.kernels.jit import Kernel, kernel
from dl4py.losses.base import ElementLoss, loss


@loss("l2", java="org.nd4j.linalg.lossfunctions.impl.LossL2")
class SquaredError(ElementLoss):
    """``score = sum of w (y - labels)^2``."""

    def kernel(self) -> Kernel:
        return l2


@kernel("b o, b o, o -> b o, b o", split=True)
def l2(y, labels, weights, scores, dy):
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            d = y[i, j] - labels[i, j]
            scores[i, j] = weights[j] * d * d
            dy[i, j] = 2.0 * weights[j] * d
