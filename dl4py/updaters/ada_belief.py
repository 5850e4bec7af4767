"""AdaBelief."""

from math import sqrt

import numpy as np

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter, Params
from dl4py.schedules.base import Rate
from dl4py.spec import Fraction, Positive, key
from dl4py.updaters.base import Updater, updater


@updater("ada_belief", java="org.nd4j.linalg.learning.config.AdaBelief")
class AdaBelief(Updater):
    """Adam scaled by how far gradients are from their mean.

    ``m = b1 m + (1 - b1) g``, ``s = b2 s + (1 - b2) (g - m)^2 + eps``,
    ``step = rate (m / (1 - b1^t)) / (sqrt(s / (1 - b2^t)) + eps)``.

    Zhuang et al., "AdaBelief Optimizer: Adapting Stepsizes by the Belief in Observed Gradients", 2020, algorithm 2,
    https://arxiv.org/abs/2010.07468. DL4J 1.0.0-M2.1 writes it to its JSON but cannot train with it.
    """

    state = ("m", "s")

    learning_rate: Rate = key("Step size: a number or a schedule.", default=1e-3, schedule="learningRateSchedule")
    beta1: Fraction = key("Decay of the mean of gradients.", default=0.9)
    beta2: Fraction = key("Decay of the mean of squared distances.", default=0.999)
    epsilon: Positive = key("Added to the second moment and to the denominator.", default=1e-14)

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        rate = e.rate(self.learning_rate)
        e(ada_belief, gradient, state.m, state.s, e.clock, rate, self.beta1, self.beta2, self.epsilon)


@kernel("n*, n*, n*, c, r", split=True, ordered=True)
def ada_belief(gradient, m, s, clock, rate, beta1: float, beta2: float, epsilon: float):
    t = clock[0] + np.float64(1.0)
    alpha = gradient.dtype.type(rate[0] / (np.float64(1.0) - np.float64(beta1) ** t))
    correction = gradient.dtype.type(np.float64(1.0) / (np.float64(1.0) - np.float64(beta2) ** t))
    for i in range(gradient.shape[0]):
        g = gradient[i]
        m[i] = beta1 * m[i] + (1.0 - beta1) * g
        d = g - m[i]
        s[i] = beta2 * s[i] + (1.0 - beta2) * d * d + epsilon
        gradient[i] = alpha * m[i] / (sqrt(s[i] * correction) + epsilon)
