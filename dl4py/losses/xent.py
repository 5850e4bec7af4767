"""Binary cross entropy."""

import numpy as np

from dl4py import kernels as k
from dl4py.activations.base import Activation
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.losses.base import Clip, WeightedLoss, add_masked, apply_mask, loss
from dl4py.plan import Array, Emitter
from dl4py.spec import key

exp, log = el.exp, el.log


@loss("xent", java="org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT")
class BinaryCrossEntropy(WeightedLoss):
    """``score = -sum of w (labels log y + (1 - labels) log(1 - y))``, y clipped to [eps, 1 - eps]."""

    clip_eps: Clip = key("Clip of outputs; 0 for none.", default=1e-5)

    def emit(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        scores, dy = e.like(y, "scores"), e.like(y, "dy")
        e(xent, y, labels, self.weight_row(e, y.columns), scores, dy, self.clip_eps)
        return add_masked(e, scores, dy, mask, score)

    def emit_fused(
        self, e: Emitter, z: Array, activation: Activation, labels: Array, mask: Array | None, score: Array
    ) -> tuple[Array, Array] | None:
        if activation.type != "softmax" or not e.quirk(31):
            return None
        y, back = activation.emit(e, z)
        scores, dy = e.like(y, "scores"), e.like(y, "dy")
        weights = self.weight_row(e, y.columns)
        e(xent, y, labels, e.constant(np.ones(y.columns)), scores, dy, self.clip_eps)
        e(softmax_scores, z, labels, weights, scores)
        if mask is not None:
            apply_mask(e, dy, mask)
        dz = back(dy)
        assert dz is not None
        e(k.rows.scale_columns, dz, weights)
        return y, add_masked(e, scores, dz, mask, score)


@kernel("b o, b o, o -> b o, b o", split=True)
def xent(y, labels, weights, scores, dy, eps: float):
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            p = min(max(y[i, j], eps), 1.0 - eps)
            t = labels[i, j]
            scores[i, j] = -weights[j] * (t * log(p) + (1.0 - t) * log(1.0 - p))
            dy[i, j] = weights[j] * (p - t) / (p * (1.0 - p))


@kernel("b o, b o, o -> b o", split=True)
def softmax_scores(z, labels, weights, scores):
    """``-w labels log softmax(z)``, as DL4J scores this pair."""
    for i in range(z.shape[0]):
        top = z[i, 0]
        for j in range(z.shape[1]):
            top = max(top, z[i, j])
        total = 0.0
        for j in range(z.shape[1]):
            total += exp(z[i, j] - top)
        for j in range(z.shape[1]):
            scores[i, j] = -weights[j] * labels[i, j] * (z[i, j] - top - log(total))
