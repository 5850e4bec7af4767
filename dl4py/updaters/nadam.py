"""Nadam."""

from math import sqrt

import numpy as np

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter, Params
from dl4py.schedules.base import Rate
from dl4py.spec import Fraction, Positive, key
from dl4py.updaters.base import Updater, updater


@updater("nadam", java="org.nd4j.linalg.learning.config.Nadam")
class Nadam(Updater):
    """``step = rate (b1 m + (1 - b1) g) / (1 - b1^t) / (sqrt v + eps)``, v without bias correction.

    Dozat, "Incorporating Nesterov Momentum into Adam", 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ.
    In single precision DL4J rounds beta 2 before it forms ``1 - b2`` (quirk 32).
    """

    state = ("m", "v")

    learning_rate: Rate = key("Step size: a number or a schedule.", default=1e-3, schedule="learningRateSchedule")
    beta1: Fraction = key("Decay of the mean of gradients.", default=0.9)
    beta2: Fraction = key("Decay of the mean of squared gradients.", default=0.999)
    epsilon: Positive = key("Added to the denominator.", default=1e-8)

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        rest = -1.0 if e.quirk(32) else 1.0 - self.beta2
        rate = e.rate(self.learning_rate)
        e(nadam, gradient, state.m, state.v, e.clock, rate, self.beta1, self.beta2, rest, self.epsilon)


@kernel("n*, n*, n*, c, r", split=True, ordered=True)
def nadam(gradient, m, v, clock, rate, beta1: float, beta2: float, rest: float, epsilon: float):
    """`rest` is ``1 - b2``, or -1 to form it here from the rounded b2."""
    t = clock[0] + np.float64(1.0)
    alpha = gradient.dtype.type(rate[0] / (np.float64(1.0) - np.float64(beta1) ** t))
    share = 1.0 - beta2 if rest < 0.0 else rest
    for i in range(gradient.shape[0]):
        g = gradient[i]
        m[i] = beta1 * m[i] + (1.0 - beta1) * g
        v[i] = beta2 * v[i] + share * g * g
        gradient[i] = alpha * (beta1 * m[i] + (1.0 - beta1) * g) / (sqrt(v[i]) + epsilon)
