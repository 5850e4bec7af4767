"""Bernoulli distribution of data that is 0 or 1."""

from dl4py.activations import Activation
from dl4py.losses.xent import BinaryCrossEntropy
from dl4py.plan import Array, Emitter
from dl4py.reconstructions.base import Reconstruction, by_loss, reconstruction
from dl4py.spec import key


@reconstruction("bernoulli", java="org.deeplearning4j.nn.conf.layers.variational.BernoulliReconstructionDistribution")
class Bernoulli(Reconstruction):
    """``-log p(x | z) = -x log a - (1 - x) log (1 - a)`` with ``a = activation(pre-output)``, clipped to
    [1e-5, 1 - 1e-5].
    """

    activation: Activation = key("Function of the decoder's pre-output.", default="sigmoid", json="activationFn")

    def width(self, size: int) -> int:
        return size

    def emit(self, e: Emitter, z: Array, x: Array) -> Array:
        return by_loss(e, z, x, self.activation, BinaryCrossEntropy())
