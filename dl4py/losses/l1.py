"""Sum of absolute errors."""

from dl4py.kernels.jit import Kernel, kernel
from dl4py.losses.base import ElementLoss, loss


@loss("l1", java="org.nd4j.linalg.lossfunctions.impl.LossL1")
class AbsoluteError(ElementLoss):
    """``score = sum of w |y - labels|``."""

    def kernel(self) -> Kernel:
        return l1


@kernel("b o, b o, o -> b o, b o", split=True)
def l1(y, labels, weights, scores, dy):
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            d = y[i, j] - labels[i, j]
            scores[i, j] = weights[j] * abs(d)
            dy[i, j] = weights[j] if d > 0.0 else -weights[j] if d < 0.0 else 0.0
