"""Unit norm."""

from math import sqrt

from dl4py.constraints.base import Constraint, constraint
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter


@constraint("unit_norm", java="org.deeplearning4j.nn.conf.constraint.UnitNormConstraint")
class UnitNorm(Constraint):
    """``w / n`` with n the norm of each slice; a slice of zeros stays."""

    def emit(self, e: Emitter, w: Array) -> None:
        groups, count = self.groups(e, w)
        norms = e.array(count, name="norms")
        e(unit_norm, w.flat, groups, norms)


@kernel("n*, n -> g")
def unit_norm(w, groups, norms):
    norms[:] = 0.0
    for i in range(w.shape[0]):
        norms[groups[i]] += w[i] * w[i]
    for g in range(norms.shape[0]):
        norms[g] = 1.0 / sqrt(norms[g]) if norms[g] > 0.0 else 0.0
    for i in range(w.shape[0]):
        w[i] *= norms[groups[i]]
