"""Identity."""

from dl4py.activations.base import Activation, activation
from dl4py.plan import Array, Backward, Emitter


@activation("identity", java="org.nd4j.linalg.activations.impl.ActivationIdentity")
class Identity(Activation):
    """``y = z``."""

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        return z, lambda dy: dy
