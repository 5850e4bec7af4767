"""Cosine proximity."""

from math import sqrt

from dl4py.kernels.jit import kernel
from dl4py.losses.base import Loss, add_masked, loss, per_example
from dl4py.plan import Array, Emitter


@loss("cosine_proximity", java="org.nd4j.linalg.lossfunctions.impl.LossCosineProximity")
class CosineProximity(Loss):
    """``score = -sum over rows of y . labels / (|y| |labels|)``, norms at least 1e-5.

    DL4J's gradient takes 1e-5 for smaller squares of ``|y|`` too (quirk 58).
    """

    def emit(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        scores, dy = e.array(y.rows, 1, name="scores"), e.like(y, "dy")
        e(cosine, y, labels, dy, scores, 1e-5 if e.quirk(58) else 1e-10)
        return add_masked(e, scores, dy, per_example(self, mask), score)


@kernel("b o, b o -> b o, b one", split=True)
def cosine(y, labels, dy, scores, least: float):
    for i in range(y.shape[0]):
        dot = 0.0
        yy = 0.0
        tt = 0.0
        for j in range(y.shape[1]):
            dot += y[i, j] * labels[i, j]
            yy += y[i, j] * y[i, j]
            tt += labels[i, j] * labels[i, j]
        norm = max(sqrt(yy), 1e-5)
        other = max(sqrt(tt), 1e-5)
        scores[i, 0] = -dot / (norm * other)
        square = max(yy, least)
        for j in range(y.shape[1]):
            dy[i, j] = -(labels[i, j] * yy - y[i, j] * dot) / (norm * square * other)
