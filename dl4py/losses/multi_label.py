"""Pairwise ranking loss for several labels at once."""

from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.losses.base import Loss, add_masked, loss, per_example
from dl4py.plan import Array, Emitter

exp = el.exp


@loss("multi_label", java="org.nd4j.linalg.lossfunctions.impl.LossMultiLabel")
class MultiLabel(Loss):
    """``score = sum over rows of mean over pairs of e^(y_m - y_k)``, k among the row's labels, m among the others.

    Zhang and Zhou, "Multilabel Neural Networks with Applications to Functional Genomics and Text Categorization", 2006,
    https://doi.org/10.1109/TKDE.2006.162.
    """

    def emit(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        scores, dy = e.array(y.rows, 1, name="scores"), e.like(y, "dy")
        e(pairs, y, labels, dy, scores)
        return add_masked(e, scores, dy, per_example(self, mask), score)


@kernel("b o, b o -> b o, b one", split=True)
def pairs(y, labels, dy, scores):
    for i in range(y.shape[0]):
        positive = 0.0
        for j in range(y.shape[1]):
            dy[i, j] = 0.0
            positive += 1.0 if labels[i, j] != 0.0 else 0.0
        count = positive * (y.dtype.type(y.shape[1]) - positive)
        total = 0.0
        if count > 0.0:
            for p in range(y.shape[1]):
                for q in range(y.shape[1]):
                    if labels[i, p] != 0.0 and labels[i, q] == 0.0:
                        t = exp(y[i, q] - y[i, p]) / count
                        total += t
                        dy[i, q] += t
                        dy[i, p] -= t
        scores[i, 0] = total
