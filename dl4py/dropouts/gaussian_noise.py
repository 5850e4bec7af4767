"""Additive Gaussian noise."""

from dl4py import kernels as k
from dl4py.dropouts.base import Dropout, dropout
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.schedules.base import Spread
from dl4py.spec import key


@dropout("gaussian_noise", java="org.deeplearning4j.nn.conf.dropout.GaussianNoise")
class GaussianNoise(Dropout):
    """``y = x + n`` with ``n ~ N(0, stddev^2)``."""

    stddev: Spread = key("Standard deviation: a number or a schedule.", default=0.5, schedule="stddevSchedule")

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        noise, y = e.like(x, "noise"), e.like(x, "noisy")
        e(k.random.gaussian, e.clock, noise.flat, e.seed, e.stream())
        e(add, x.flat, noise.flat, e.rate(self.stddev), y.flat)
        return y, lambda dy: dy


@kernel("n, n, r -> n", split=True)
def add(x, noise, stddev, y):
    s = x.dtype.type(stddev[0])
    for i in range(x.shape[0]):
        y[i] = x[i] + s * noise[i]
