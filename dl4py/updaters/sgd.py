"""Stochastic gradient descent."""

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter, Params
from dl4py.schedules.base import Rate
from dl4py.spec import key
from dl4py.updaters.base import Updater, updater


@updater("sgd", java="org.nd4j.linalg.learning.config.Sgd")
class Sgd(Updater):
    """``step = rate g``."""

    learning_rate: Rate = key("Step size: a number or a schedule.", default=1e-3, schedule="learningRateSchedule")

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        e(sgd, gradient, e.rate(self.learning_rate))


@kernel("n*, r", split=True)
def sgd(gradient, rate):
    alpha = gradient.dtype.type(rate[0])
    for i in range(gradient.shape[0]):
        gradient[i] *= alpha
