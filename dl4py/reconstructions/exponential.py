"""Exponential distribution of data that is not negative."""

from dl4py.activations import Activation
from dl4py.reconstructions.base import Reconstruction, reconstruction
from dl4py.spec import key


@reconstruction(
    "exponential", java="org.deeplearning4j.nn.conf.layers.variational.ExponentialReconstructionDistribution"
)
class Exponential(Reconstruction):
    """``-log p(x | z) = rate x - log rate`` with ``log rate = activation(pre-output)``."""

    activation: Activation = key("Function of the decoder's pre-output.", default="identity", json="activationFn")

    def width(self, size: int) -> int:
        return size
