"""L2 regularization."""

import numpy as np

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.regularization.base import Regularization, regularization
from dl4py.schedules.base import Rate
from dl4py.spec import key


@regularization("l2", java="org.nd4j.linalg.learning.regularization.L2Regularization")
class L2(Regularization):
    """``score = l2 / 2 sum w^2``, ``g += l2 w`` before the updater."""

    l2: Rate = key("Coefficient: a number or a schedule.")

    def emit(self, e: Emitter, gradient: Array, params: Array, rate: Rate | None) -> None:
        e(add_scaled, gradient, params, e.rate(self.l2))

    def emit_score(self, e: Emitter, params: Array, score: Array) -> None:
        e(half_squares, params, e.rate(self.l2), score)


@kernel("n*, n, r", split=True)
def add_scaled(gradient, params, coefficient):
    c = gradient.dtype.type(coefficient[0])
    for i in range(gradient.shape[0]):
        gradient[i] += c * params[i]


@kernel("n, r, one*")
def half_squares(params, coefficient, score):
    s = params.dtype.type(0)
    for i in range(params.shape[0]):
        s += params[i] * params[i]
    score[0] += np.float64(0.5) * coefficient[0] * np.float64(s)
