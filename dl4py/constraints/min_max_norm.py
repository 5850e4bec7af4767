"""Norm between two bounds."""

from math import sqrt

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.constraints.base import Constraint, constraint
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.spec import Fraction, NonNegative, Positive, key


@constraint("min_max_norm", java="org.deeplearning4j.nn.conf.constraint.MinMaxNormConstraint")
class MinMaxNorm(Constraint):
    """``w (rate clip(n, min, max) + (1 - rate) n) / (n + eps)`` with n the norm of each slice.

    DL4J's is ``w (rate clip(n, min, max) / (n + eps) + (1 - rate) (n + eps))`` (quirk 7).
    """

    min: NonNegative = key("Least norm.", default=0.0)
    max: Positive = key("Largest norm.", default=1.0)
    rate: Fraction = key("Share of the way towards the bound made each step.", default=1.0)

    @field_validator("max")
    @classmethod
    def _above_min(cls, value: float, info: ValidationInfo) -> float:
        least = info.data.get("min", value)
        if value < least:
            raise PydanticCustomError("largest_norm", "the least norm {least} is above it", {"least": least})
        return value

    def emit(self, e: Emitter, w: Array) -> None:
        groups, count = self.groups(e, w)
        norms = e.array(count, name="norms")
        quirk = int(e.quirk(7))
        e(min_max_norm, w.flat, groups, norms, self.min, self.max, self.rate, self.epsilon, quirk)


@kernel("n*, n -> g")
def min_max_norm(w, groups, norms, low: float, high: float, rate: float, epsilon: float, quirk: int):
    """With `quirk` the share that is kept multiplies by ``n + eps`` where a ratio was meant."""
    norms[:] = 0.0
    for i in range(w.shape[0]):
        norms[groups[i]] += w[i] * w[i]
    for g in range(norms.shape[0]):
        n = sqrt(norms[g])
        kept = n + epsilon if quirk else n / (n + epsilon)
        norms[g] = rate * min(max(n, low), high) / (n + epsilon) + (1.0 - rate) * kept
    for i in range(w.shape[0]):
        w[i] *= norms[groups[i]]
