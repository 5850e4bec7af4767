"""Gaussian dropout: multiplicative noise."""

from math import sqrt

import numpy as np

from dl4py import kernels as k
from dl4py.dropouts.base import Dropout, dropout
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.schedules.base import Dropped
from dl4py.spec import key


@dropout("gaussian_dropout", java="org.deeplearning4j.nn.conf.dropout.GaussianDropout")
class GaussianDropout(Dropout):
    """``y = x n`` with ``n ~ N(1, rate / (1 - rate))``, the variance of ordinary dropout that drops `rate`.

    Srivastava et al., "Dropout", 2014, section 10, https://jmlr.org/papers/v15/srivastava14a.html.
    """

    rate: Dropped = key(
        "Probability of dropping, below 1: a number or a schedule.", default=0.5, schedule="rateSchedule"
    )

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        noise, y = e.like(x, "noise"), e.like(x, "noisy")
        e(k.random.gaussian, e.clock, noise.flat, e.seed, e.stream())
        e(multiply, x.flat, e.rate(self.rate), noise.flat, y.flat)

        def backward(dy: Array) -> Array:
            e(k.rows.multiply, dy.flat, noise.flat)
            return dy

        return y, backward


@kernel("n, r, n* -> n", split=True)
def multiply(x, rate, noise, y):
    """Turns unit noise into the factor of each element."""
    spread = x.dtype.type(sqrt(rate[0] / (np.float64(1.0) - rate[0])))
    for i in range(x.shape[0]):
        noise[i] = 1.0 + spread * noise[i]
        y[i] = x[i] * noise[i]
