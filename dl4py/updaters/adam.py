"""Adam."""

from math import sqrt

import numpy as np

from dl4py.kernels.jit import kernel
from dl4py.kernels.moments import step_size
from dl4py.plan import Array, Emitter, Params
from dl4py.schedules.base import Rate
from dl4py.spec import Fraction, Positive, key
from dl4py.updaters.base import Updater, updater


@updater("adam", java="org.nd4j.linalg.learning.config.Adam")
class Adam(Updater):
    """Steps scaled by running moments of the gradient.

    ``m = b1 m + (1 - b1) g``, ``v = b2 v + (1 - b2) g^2``,
    ``step = rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt v + eps)``.

    Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, https://arxiv.org/abs/1412.6980; the form with
    epsilon outside the bias correction. DL4J replaces a step size of 0 by epsilon (quirk 36).
    """

    state = ("m", "v")

    learning_rate: Rate = key("Step size: a number or a schedule.", default=1e-3, schedule="learningRateSchedule")
    beta1: Fraction = key("Decay of the mean of gradients.", default=0.9)
    beta2: Fraction = key("Decay of the mean of squared gradients.", default=0.999)
    epsilon: Positive = key("Added to the denominator.", default=1e-8)

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        rate, quirk = e.rate(self.learning_rate), int(e.quirk(36))
        e(adam, gradient, state.m, state.v, e.clock, rate, self.beta1, self.beta2, self.epsilon, quirk)


@kernel("n*, n*, n*, c, r", split=True, ordered=True)
def adam(gradient, m, v, clock, rate, beta1: float, beta2: float, epsilon: float, quirk: int):
    t = clock[0] + np.float64(1.0)
    alpha = gradient.dtype.type(step_size(rate[0], t, beta1, beta2, epsilon, quirk))
    for i in range(gradient.shape[0]):
        g = gradient[i]
        m[i] = beta1 * m[i] + (1.0 - beta1) * g
        v[i] = beta2 * v[i] + (1.0 - beta2) * g * g
        gradient[i] = alpha * m[i] / (sqrt(v[i]) + epsilon)
