"""Alpha dropout, for self-normalizing networks."""

from math import sqrt

from dl4py import kernels as k
from dl4py.dropouts.base import Dropout, dropout
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.schedules.base import Kept
from dl4py.spec import Number, key


@dropout("alpha_dropout", java="org.deeplearning4j.nn.conf.dropout.AlphaDropout")
class AlphaDropout(Dropout):
    """``y = a (x d + c (1 - d)) + b`` with d 1 at probability p: mean and variance of selu activations stay.

    ``c = -lambda alpha``, ``a = 1 / sqrt(p + c^2 p (1 - p))``, ``b = -a (1 - p) c``.
    Klambauer, Unterthiner, Mayr and Hochreiter, "Self-Normalizing Neural Networks", 2017,
    https://arxiv.org/abs/1706.02515.
    """

    p: Kept = key("Probability of keeping an input: a number or a schedule.", default=0.5, schedule="pschedule")
    alpha: Number = key("selu's alpha.", default=1.6732632423543772)
    lambda_: Number = key("selu's lambda.", default=1.0507009873554805, json="lambda", alias="lambda")

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        mask, y = e.like(x, "mask"), e.like(x, "dropped")
        p = e.rate(self.p)
        low = -self.lambda_ * self.alpha
        e(k.random.bernoulli, e.clock, p, mask.flat, e.seed, e.stream())
        e(alpha_dropout, x.flat, mask.flat, p, y.flat, low)

        def backward(dy: Array) -> Array:
            e(alpha_dropout_backward, dy.flat, mask.flat, p, low)
            return dy

        return y, backward


@kernel("n, n, r -> n", split=True)
def alpha_dropout(x, mask, p, y, low: float):
    keep = x.dtype.type(p[0])
    a = 1.0 / sqrt(keep + low * low * keep * (1.0 - keep))
    b = -a * (1.0 - keep) * low
    for i in range(x.shape[0]):
        y[i] = a * (x[i] * mask[i] + low * (1.0 - mask[i])) + b


@kernel("n*, n, r", split=True)
def alpha_dropout_backward(dy, mask, p, low: float):
    keep = dy.dtype.type(p[0])
    a = 1.0 / sqrt(keep + low * low * keep * (1.0 - keep))
    for i in range(dy.shape[0]):
        dy[i] *= a * mask[i]
