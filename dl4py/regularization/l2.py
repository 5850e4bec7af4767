"""L2 regularization."""

import numpy as np

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.regularization.base import Regularization, regularization
from dl4py.schedules.base import Rate
from dl4py.spec import key

BLOCK = 1 << 13  # parameters


@regularization("l2", java="org.nd4j.linalg.learning.regularization.L2Regularization")
class L2(Regularization):
    """``score = l2 / 2 sum w^2``, ``g += l2 w`` before the updater."""

    l2: Rate = key("Coefficient: a number or a schedule.")

    def emit(self, e: Emitter, gradient: Array, params: Array, rate: Rate | None) -> None:
        e(add_scaled, gradient, params, e.rate(self.l2))

    def emit_score(self, e: Emitter, params: Array, score: Array) -> None:
        emit_half_squares(e, params, e.rate(self.l2), score)


def emit_half_squares(e: Emitter, params: Array, coefficient: Array, score: Array) -> None:
    """``score += c / 2 sum w^2``; of many parameters in blocks, which threads share."""
    if params.size <= BLOCK:
        e(half_squares, params, coefficient, score)
        return
    sums = e.array(-(-params.size // BLOCK), precision="float64", name="squares")
    e(squares, params, sums)
    e(half_sum, sums, coefficient, score)


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


@kernel("n -> k", ranges="k")
def squares(params, sums, first: int, last: int):
    """Sums of the squares of blocks."""
    for k in range(first, last):
        s = params.dtype.type(0)
        block = params[k * BLOCK : k * BLOCK + BLOCK]
        for i in range(block.shape[0]):
            s += block[i] * block[i]
        sums[k] = np.float64(s)


@kernel("k, r, one*")
def half_sum(sums, coefficient, score):
    s = np.float64(0.0)
    for k in range(sums.shape[0]):
        s += sums[k]
    score[0] += np.float64(0.5) * coefficient[0] * s
