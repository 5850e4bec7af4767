"""No updater: the gradient is the step."""

from dl4py.plan import Array, Emitter, Params
from dl4py.updaters.base import Updater, updater


@updater("no_op", java="org.nd4j.linalg.learning.config.NoOp")
class NoOp(Updater):
    """``step = g``: the averaged gradient is still subtracted, as in DL4J."""

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        """Nothing: the gradient stands where the step is expected."""
