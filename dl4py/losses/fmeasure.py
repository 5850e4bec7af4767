"""Soft F-measure of a whole batch."""

import numpy as np

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.kernels.jit import kernel
from dl4py.losses.base import Loss, loss, per_example
from dl4py.plan import Array, Emitter
from dl4py.spec import Positive, key


@loss("fmeasure", java="org.nd4j.linalg.lossfunctions.impl.LossFMeasure")
class FMeasure(Loss):
    """``score = 1 - (1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp)`` with soft counts over the batch.

    One output, or two of which the second is the positive class.
    Pastor-Pellicer et al., "F-Measure as the Error Function to Train Neural Networks", 2013,
    https://doi.org/10.1007/978-3-642-38679-4_37.
    """

    beta: Positive = key("Weight of recall against precision.", default=1.0)

    def emit(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        if y.columns > 2:
            raise ShapeError(
                f"the loss `fmeasure` is for 1 or 2 outputs, found {y.columns}",
                at=self.mark(),
                hint="use mcxent",
            )
        column = per_example(self, mask) or e.constant(np.ones((y.rows, 1)))
        scores, dy = e.array(1, name="score"), e.like(y, "dy")
        e(fmeasure, y, labels, column, dy, scores, self.beta)
        e(k.rows.total, scores, score)
        return dy


@kernel("b o, b o, b _ -> b o, one")
def fmeasure(y, labels, mask, dy, scores, beta: float):
    tp = 0.0
    fp = 0.0
    fn = 0.0
    c = y.shape[1] - 1
    for i in range(y.shape[0]):
        if mask[i, 0] != 0.0:
            t = labels[i, c]
            p = y[i, c]
            tp += mask[i, 0] * t * p
            fp += mask[i, 0] * (1.0 - t) * p
            fn += mask[i, 0] * t * (1.0 - p)
    b = beta * beta
    numerator = (1.0 + b) * tp
    denominator = numerator + b * fn + fp
    scores[0] = 1.0 - numerator / denominator if denominator != 0.0 else 0.0
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            dy[i, j] = 0.0
        if mask[i, 0] != 0.0 and denominator != 0.0:
            slope = (numerator - (1.0 + b) * labels[i, c] * denominator) / (denominator * denominator)
            dy[i, c] = mask[i, 0] * slope
