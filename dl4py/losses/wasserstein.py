"""Wasserstein loss of a critic."""

from dl4py.kernels.jit import Kernel, kernel
from dl4py.losses.base import UnweightedLoss, loss


@loss("wasserstein", java="org.nd4j.linalg.lossfunctions.impl.LossWasserstein")
class Wasserstein(UnweightedLoss):
    """``score = sum over rows of mean over outputs of labels y``."""

    def kernel(self) -> Kernel:
        return wasserstein


@kernel("b o, b o -> b o, b o", split=True)
def wasserstein(y, labels, scores, dy):
    n = y.dtype.type(y.shape[1])
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            scores[i, j] = labels[i, j] * y[i, j] / n
            dy[i, j] = labels[i, j] / n
