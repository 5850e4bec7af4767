"""Weight decay, apart from the updater."""

from typing import ClassVar

from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.regularization.base import Regularization, regularization
from dl4py.regularization.l2 import emit_half_squares
from dl4py.schedules.base import Rate
from dl4py.spec import Flag, key


@regularization("weight_decay", java="org.nd4j.linalg.learning.regularization.WeightDecay")
class WeightDecay(Regularization):
    """``score = c / 2 sum w^2``, ``step += c rate w`` after the updater (without the rate unless `apply_lr`).

    Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2017, https://arxiv.org/abs/1711.05101.
    """

    before_updater: ClassVar[bool] = False

    coeff: Rate = key("Coefficient: a number or a schedule.")
    apply_lr: Flag = key("Multiply by the learning rate; 1 for updaters without one.", default=True, json="applyLR")

    def emit(self, e: Emitter, gradient: Array, params: Array, rate: Rate | None) -> None:
        scale = rate if self.apply_lr and rate is not None else 1.0
        e(decay, gradient, params, e.rate(self.coeff), e.rate(scale))

    def emit_score(self, e: Emitter, params: Array, score: Array) -> None:
        emit_half_squares(e, params, e.rate(self.coeff), score)


@kernel("n*, n, r, r", split=True)
def decay(step, params, coefficient, rate):
    c = step.dtype.type(coefficient[0] * rate[0])
    for i in range(step.shape[0]):
        step[i] += c * params[i]
