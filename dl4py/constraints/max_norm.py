"""Maximum norm."""

from math import sqrt

from dl4py.constraints.base import Constraint, constraint
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.spec import Positive, key


@constraint("max_norm", java="org.deeplearning4j.nn.conf.constraint.MaxNormConstraint")
class MaxNorm(Constraint):
    """``w min(n, max_norm) / (n + eps)`` with n the norm of each slice."""

    max_norm: Positive = key("Largest norm.")

    def emit(self, e: Emitter, w: Array) -> None:
        groups, count = self.groups(e, w)
        norms = e.array(count, name="norms")
        e(max_norm, w.flat, groups, norms, self.max_norm, self.epsilon)


@kernel("n*, n -> g")
def max_norm(w, groups, norms, largest: float, epsilon: float):
    norms[:] = 0.0
    for i in range(w.shape[0]):
        norms[groups[i]] += w[i] * w[i]
    for g in range(norms.shape[0]):
        n = sqrt(norms[g])
        norms[g] = min(n, largest) / (n + epsilon)
    for i in range(w.shape[0]):
        w[i] *= norms[groups[i]]
