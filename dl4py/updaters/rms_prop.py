"""RMSProp."""

from math import sqrt

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter, Params
from dl4py.schedules.base import Rate
from dl4py.spec import Fraction, Positive, key
from dl4py.updaters.base import Updater, updater


@updater("rms_prop", java="org.nd4j.linalg.learning.config.RmsProp")
class RmsProp(Updater):
    """``c = rho c + (1 - rho) g^2``, ``step = rate g / (sqrt(c) + eps)``; c starts at eps.

    Tieleman and Hinton, "Lecture 6.5: rmsprop", 2012.
    """

    state = ("c",)

    learning_rate: Rate = key("Step size: a number or a schedule.", default=0.1, schedule="learningRateSchedule")
    rms_decay: Fraction = key("Decay of the mean of squared gradients.", default=0.95)
    epsilon: Positive = key("Added to the denominator.", default=1e-8)

    def first_state(self, name: str) -> float:
        return self.epsilon

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        e(rms_prop, gradient, state.c, e.rate(self.learning_rate), self.rms_decay, self.epsilon)


@kernel("n*, n*, r", split=True, ordered=True)
def rms_prop(gradient, c, rate, decay: float, epsilon: float):
    alpha = gradient.dtype.type(rate[0])
    for i in range(gradient.shape[0]):
        g = gradient[i]
        c[i] = decay * c[i] + (1.0 - decay) * g * g
        gradient[i] = alpha * g / (sqrt(c[i]) + epsilon)
