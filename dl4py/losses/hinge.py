"""Hinge loss, labels -1 or 1."""

from dl4py.kernels.jit import Kernel, kernel
from dl4py.losses.base import UnweightedLoss, loss


@loss("hinge", java="org.nd4j.linalg.lossfunctions.impl.LossHinge")
class Hinge(UnweightedLoss):
    """``score = sum of max(0, 1 - labels y)``."""

    def kernel(self) -> Kernel:
        return hinge


@kernel("b o, b o -> b o, b o", split=True)
def hinge(y, labels, scores, dy):
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            margin = 1.0 - labels[i, j] * y[i, j]
            scores[i, j] = max(0.0, margin)
            dy[i, j] = -labels[i, j] if margin > 0.0 else 0.0
