"""Squared hinge loss, labels -1 or 1."""

from dl4py.kernels.jit import Kernel, kernel
from dl4py.losses.base import UnweightedLoss, loss


@loss("squared_hinge", java="org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge")
class SquaredHinge(UnweightedLoss):
    """``score = sum of max(0, 1 - labels y)^2``."""

    def kernel(self) -> Kernel:
        return squared_hinge


@kernel("b o, b o -> b o, b o", split=True)
def squared_hinge(y, labels, scores, dy):
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            margin = max(0.0, 1.0 - labels[i, j] * y[i, j])
            scores[i, j] = margin * margin
            dy[i, j] = -2.0 * labels[i, j] * margin
