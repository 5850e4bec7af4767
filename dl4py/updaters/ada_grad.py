"""AdaGrad."""

from math import sqrt

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter, Params
from dl4py.schedules.base import Rate
from dl4py.spec import Positive, key
from dl4py.updaters.base import Updater, updater


@updater("ada_grad", java="org.nd4j.linalg.learning.config.AdaGrad")
class AdaGrad(Updater):
    """``h = h + g^2``, ``step = rate g / (sqrt(h) + eps)``; h starts at 1e-6.

    Duchi, Hazan and Singer, "Adaptive Subgradient Methods", 2011, https://jmlr.org/papers/v12/duchi11a.html. DL4J's
    builder loses a schedule of the rate and writes NaN in its place; a zip that holds the schedule goes on by it there.
    """

    state = ("h",)

    learning_rate: Rate = key("Step size: a number or a schedule.", default=0.1, schedule="learningRateSchedule")
    epsilon: Positive = key("Added to the denominator.", default=1e-6)

    def first_state(self, name: str) -> float:
        return 1e-6

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        e(ada_grad, gradient, state.h, e.rate(self.learning_rate), self.epsilon)


@kernel("n*, n*, r", split=True, ordered=True)
def ada_grad(gradient, h, rate, epsilon: float):
    alpha = gradient.dtype.type(rate[0])
    for i in range(gradient.shape[0]):
        g = gradient[i]
        h[i] += g * g
        gradient[i] = alpha * g / (sqrt(h[i]) + epsilon)
