"""Multi-class cross entropy, under both of DL4J's names."""

from dl4py.activations.base import Activation
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.losses.base import Clip, WeightedLoss, add_masked, loss, per_example
from dl4py.plan import Array, Emitter
from dl4py.spec import key

exp, log = el.exp, el.log


@loss("mcxent", java="org.nd4j.linalg.lossfunctions.impl.LossMCXENT")
class MultiClassCrossEntropy(WeightedLoss):
    """``score = -sum of w labels log y``.

    With softmax, y is clipped to [eps, 1 - eps] in the score and ``dz = y sum(w labels) - w labels``.
    """

    softmax_clip_eps: Clip = key("Clip of softmax outputs in the score; 0 for none.", default=1e-10)

    def emit(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        return self.emit_elements(e, y, labels, mask, score)

    def emit_fused(
        self, e: Emitter, z: Array, activation: Activation, labels: Array, mask: Array | None, score: Array
    ) -> tuple[Array, Array] | None:
        return self.emit_softmax(e, z, activation, labels, mask, score)

    def emit_elements(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        """The form for any activation."""
        scores, dy = e.like(y, "scores"), e.like(y, "dy")
        e(mcxent, y, labels, self.weight_row(e, y.columns), scores, dy)
        return add_masked(e, scores, dy, mask, score)

    def emit_softmax(
        self, e: Emitter, z: Array, activation: Activation, labels: Array, mask: Array | None, score: Array
    ) -> tuple[Array, Array] | None:
        """The form with softmax, None with another activation."""
        if activation.type != "softmax":
            return None
        per_example(self, mask)
        y, dz, scores = e.like(z, "y"), e.like(z, "dz"), e.array(z.rows, 1, name="scores")
        whole = self.weights is None and e.quirk(34)
        e(softmax_mcxent, z, labels, self.weight_row(e, z.columns), y, dz, scores, self.softmax_clip_eps, whole)
        return y, add_masked(e, scores, dz, mask, score)


@loss("negativeloglikelihood", java="org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood")
class NegativeLogLikelihood(MultiClassCrossEntropy):
    """`mcxent` under its other name."""


@kernel("b o, b o, o -> b o, b o", split=True)
def mcxent(y, labels, weights, scores, dy):
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            t = weights[j] * labels[i, j]
            scores[i, j] = -t * log(y[i, j]) if t != 0.0 else 0.0
            dy[i, j] = -t / y[i, j] if t != 0.0 else 0.0


@kernel("b o, b o, o -> b o, b o, b one", split=True, work=16)
def softmax_mcxent(z, labels, weights, y, dz, scores, eps: float, whole: bool):
    """With `whole` the labels of a row count as summing to 1."""
    for i in range(z.shape[0]):
        top = z[i, 0]
        for j in range(z.shape[1]):
            top = max(top, z[i, j])
        total = 0.0
        for j in range(z.shape[1]):
            y[i, j] = exp(z[i, j] - top)
            total += y[i, j]
        inverse = 1.0 / total
        mass = 0.0
        score = 0.0
        for j in range(z.shape[1]):
            y[i, j] *= inverse
            t = weights[j] * labels[i, j]
            mass += t
            if t != 0.0:
                score -= t * log(min(max(y[i, j], eps), 1.0 - eps))
        if whole:
            mass = 1.0
        for j in range(z.shape[1]):
            dz[i, j] = y[i, j] * mass - weights[j] * labels[i, j]
        scores[i, 0] = score
