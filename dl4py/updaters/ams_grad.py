"""AMSGrad."""

from math import sqrt

import numpy as np

from dl4py.kernels.jit import kernel
from dl4py.kernels.moments import step_size
from dl4py.plan import Array, Emitter, Params
from dl4py.schedules.base import Rate
from dl4py.spec import Fraction, Positive, key
from dl4py.updaters.base import Updater, updater


@updater("ams_grad", java="org.nd4j.linalg.learning.config.AMSGrad")
class AMSGrad(Updater):
    """Adam with a second moment that never falls: ``vmax = max(vmax, v)``, ``step = alpha m / (sqrt vmax + eps)``.

    Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond", 2018, https://arxiv.org/abs/1904.09237.
    """

    state = ("m", "v", "v_hat")

    learning_rate: Rate = key("Step size: a number or a schedule.", default=1e-3, schedule="learningRateSchedule")
    beta1: Fraction = key("Decay of the mean of gradients.", default=0.9)
    beta2: Fraction = key("Decay of the mean of squared gradients.", default=0.999)
    epsilon: Positive = key("Added to the denominator.", default=1e-8)

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        rate, quirk = e.rate(self.learning_rate), int(e.quirk(36))
        moments = (state.m, state.v, state.v_hat)
        e(ams_grad, gradient, *moments, e.clock, rate, self.beta1, self.beta2, self.epsilon, quirk)


@kernel("n*, n*, n*, n*, c, r", split=True, ordered=True)
def ams_grad(gradient, m, v, v_hat, clock, rate, beta1: float, beta2: float, epsilon: float, quirk: int):
    t = clock[0] + np.float64(1.0)
    alpha = gradient.dtype.type(step_size(rate[0], t, beta1, beta2, epsilon, quirk))
    for i in range(gradient.shape[0]):
        g = gradient[i]
        m[i] = beta1 * m[i] + (1.0 - beta1) * g
        v[i] = beta2 * v[i] + (1.0 - beta2) * g * g
        v_hat[i] = max(v_hat[i], v[i])
        gradient[i] = alpha * m[i] / (sqrt(v_hat[i]) + epsilon)
