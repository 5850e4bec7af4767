"""No negative values."""

from dl4py.constraints.base import Constraint, Dimensions, constraint
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.spec import key


@constraint("non_negative", java="org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint")
class NonNegative(Constraint):
    """``max(0, w)``, value by value."""

    dimensions: Dimensions = key("Kept for DL4J; the rule does not use it.", default=None, hidden=True)

    def emit(self, e: Emitter, w: Array) -> None:
        e(non_negative, w.flat)


@kernel("n*", split=True)
def non_negative(w):
    for i in range(w.shape[0]):
        w[i] = max(w[i], 0.0)
