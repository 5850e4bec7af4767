"""Dropout."""

from typing import Any, ClassVar

from dl4py import kernels as k
from dl4py.dropouts.base import Dropout, dropout
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.schedules.base import Kept
from dl4py.spec import key


@dropout("dropout", java="org.deeplearning4j.nn.conf.dropout.Dropout")
class PlainDropout(Dropout):
    """``y = x mask / p`` with mask 1 at probability p, else 0.

    Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014,
    https://jmlr.org/papers/v15/srivastava14a.html; scaled while training, so inference needs no change.
    """

    json_first: ClassVar[tuple[str, ...]] = ("p",)
    json_constants: ClassVar[dict[str, Any]] = {"helperAllowFallback": True}

    p: Kept = key("Probability of keeping an input: a number or a schedule.", schedule="pschedule")

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        mask, y = e.like(x, "mask"), e.like(x, "dropped")
        p = e.rate(self.p)
        e(k.random.bernoulli, e.clock, p, mask.flat, e.seed, e.stream())
        e(keep, x.flat, mask.flat, p, y.flat)

        def backward(dy: Array) -> Array:
            e(keep_back, dy.flat, mask.flat, p)
            return dy

        return y, backward


@kernel("n, n, r -> n", split=True)
def keep(x, mask, p, y):
    scale = x.dtype.type(1 / p[0])
    for i in range(x.shape[0]):
        y[i] = x[i] * mask[i] * scale


@kernel("n*, n, r", split=True)
def keep_back(dy, mask, p):
    scale = dy.dtype.type(1 / p[0])
    for i in range(dy.shape[0]):
        dy[i] *= mask[i] * scale
