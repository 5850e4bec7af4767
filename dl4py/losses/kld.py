"""Kullback-Leibler divergence."""

from dl4py.kernels import elementary as el
from dl4py.kernels.jit import Kernel, kernel
from dl4py.losses.base import UnweightedLoss, loss

log = el.log


@loss("kld", java="org.nd4j.linalg.lossfunctions.impl.LossKLD")
class KullbackLeiblerDivergence(UnweightedLoss):
    """``score = sum of labels log(labels / y)``, both clipped to [1e-5, 1]; ``dy = -labels / y``."""

    def kernel(self) -> Kernel:
        return kld


@kernel("b o, b o -> b o, b o", split=True)
def kld(y, labels, scores, dy):
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            t = min(max(labels[i, j], 1e-5), 1.0)
            p = min(max(y[i, j], 1e-5), 1.0)
            scores[i, j] = t * log(t / p)
            dy[i, j] = -labels[i, j] / y[i, j] if labels[i, j] != 0.0 else 0.0
