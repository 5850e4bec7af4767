"""AdaDelta."""

from math import sqrt

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter, Params
from dl4py.spec import Fraction, Positive, key
from dl4py.updaters.base import Updater, updater


@updater("ada_delta", java="org.nd4j.linalg.learning.config.AdaDelta")
class AdaDelta(Updater):
    """Steps in the units of the parameters, without a learning rate.

    ``E = rho E + (1 - rho) g^2``, ``step = g sqrt(D + eps) / sqrt(E + eps)``, ``D = rho D + (1 - rho) step^2``.

    Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, https://arxiv.org/abs/1212.5701.
    """

    state = ("msg", "msdx")

    rho: Fraction = key("Decay of both means.", default=0.95)
    epsilon: Positive = key("Added under both roots.", default=1e-6)

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        e(ada_delta, gradient, state.msg, state.msdx, self.rho, self.epsilon)


@kernel("n*, n*, n*", split=True, ordered=True)
def ada_delta(gradient, msg, msdx, rho: float, epsilon: float):
    for i in range(gradient.shape[0]):
        g = gradient[i]
        msg[i] = rho * msg[i] + (1.0 - rho) * g * g
        step = g * sqrt(msdx[i] + epsilon) / sqrt(msg[i] + epsilon)
        msdx[i] = rho * msdx[i] + (1.0 - rho) * step * step
        gradient[i] = step
