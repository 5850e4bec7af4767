"""L1 regularization."""

import numpy as np

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.regularization.base import Regularization, regularization
from dl4py.schedules.base import Rate
from dl4py.spec import key


@regularization("l1", java="org.nd4j.linalg.learning.regularization.L1Regularization")
class L1(Regularization):
    """``score = l1 sum |w|``, ``g += l1 sign(w)`` before the updater; the sign of 0 is 0."""

    l1: Rate = key("Coefficient: a number or a schedule.")

    def emit(self, e: Emitter, gradient: Array, params: Array, rate: Rate | None) -> None:
        e(add_signs, gradient, params, e.rate(self.l1))

    def emit_score(self, e: Emitter, params: Array, score: Array) -> None:
        e(absolutes, params, e.rate(self.l1), score)


@kernel("n*, n, r", split=True)
def add_signs(gradient, params, coefficient):
    c = gradient.dtype.type(coefficient[0])
    for i in range(gradient.shape[0]):
        if params[i] > 0.0:
            gradient[i] += c
        elif params[i] < 0.0:
            gradient[i] -= c


@kernel("n, r, one*")
def absolutes(params, coefficient, score):
    s = params.dtype.type(0)
    for i in range(params.shape[0]):
        s += abs(params[i])
    score[0] += coefficient[0] * np.float64(s)
