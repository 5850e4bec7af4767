"""Nesterov's accelerated gradient."""

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter, Params
from dl4py.schedules.base import Rate
from dl4py.spec import key
from dl4py.updaters.base import Updater, updater


@updater("nesterovs", java="org.nd4j.linalg.learning.config.Nesterovs")
class Nesterovs(Updater):
    """``v' = mu v - rate g``, ``step = mu v - (1 + mu) v'``.

    Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning", 2013,
    https://proceedings.mlr.press/v28/sutskever13.html.
    """

    state = ("v",)

    learning_rate: Rate = key("Step size: a number or a schedule.", default=0.1, schedule="learningRateSchedule")
    momentum: Rate = key("Momentum: a number or a schedule.", default=0.9, schedule="momentumISchedule")

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        e(nesterovs, gradient, state.v, e.rate(self.learning_rate), e.rate(self.momentum))


@kernel("n*, n*, r, r", split=True, ordered=True)
def nesterovs(gradient, v, rate, momentum):
    alpha = gradient.dtype.type(rate[0])
    mu = gradient.dtype.type(momentum[0])
    for i in range(gradient.shape[0]):
        old = v[i]
        v[i] = mu * old - alpha * gradient[i]
        gradient[i] = mu * old - (1.0 + mu) * v[i]
