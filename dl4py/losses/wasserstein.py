"""Wasserstein loss of a critic."""

from dl4py import kernels as k
from dl4py.kernels.jit import kernel
from dl4py.losses.base import Loss, add_masked, apply_mask, loss
from dl4py.plan import Array, Emitter


@loss("wasserstein", java="org.nd4j.linalg.lossfunctions.impl.LossWasserstein")
class Wasserstein(Loss):
    """``score = sum over rows of mean over outputs of labels y``."""

    def emit(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        scores, dy = e.like(y, "scores"), e.like(y, "dy")
        e(wasserstein, y, labels, scores, dy)
        if mask is None or mask.columns == 1 or not e.quirk(35):
            return add_masked(e, scores, dy, mask, score)
        apply_mask(e, scores, mask)
        e(k.rows.total, scores.flat, score)
        return dy


@kernel("b o, b o -> b o, b o", split=True)
def wasserstein(y, labels, scores, dy):
    n = y.dtype.type(y.shape[1])
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            scores[i, j] = labels[i, j] * y[i, j] / n
            dy[i, j] = labels[i, j] / n
