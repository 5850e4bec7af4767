"""AdaMax."""

import numpy as np

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter, Params
from dl4py.schedules.base import Rate
from dl4py.spec import Fraction, Positive, key
from dl4py.updaters.base import Updater, updater


@updater("ada_max", java="org.nd4j.linalg.learning.config.AdaMax")
class AdaMax(Updater):
    """``u = max(b2 u, |g|) + 1e-32``, ``step = rate / (1 - b1^t) m / u``.

    Kingma and Ba, "Adam", 2015, section 7.1, https://arxiv.org/abs/1412.6980.
    """

    state = ("m", "u")

    learning_rate: Rate = key("Step size: a number or a schedule.", default=1e-3, schedule="learningRateSchedule")
    beta1: Fraction = key("Decay of the mean of gradients.", default=0.9)
    beta2: Fraction = key("Decay of the mean of squared gradients.", default=0.999)
    epsilon: Positive = key("Kept for DL4J; the rule does not use it.", default=1e-8, hidden=True)

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        e(ada_max, gradient, state.m, state.u, e.clock, e.rate(self.learning_rate), self.beta1, self.beta2)


@kernel("n*, n*, n*, c, r", split=True, ordered=True)
def ada_max(gradient, m, u, clock, rate, beta1: float, beta2: float):
    t = clock[0] + np.float64(1.0)
    alpha = gradient.dtype.type(rate[0] / (np.float64(1.0) - np.float64(beta1) ** t))
    for i in range(gradient.shape[0]):
        g = gradient[i]
        m[i] = beta1 * m[i] + (1.0 - beta1) * g
        u[i] = max(beta2 * u[i], abs(g)) + 1e-32
        gradient[i] = alpha * m[i] / u[i]
