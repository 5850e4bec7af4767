"""Normal distribution of data of any size."""

from dl4py.activations import Activation
from dl4py.reconstructions.base import Reconstruction, reconstruction
from dl4py.spec import key


@reconstruction("gaussian", java="org.deeplearning4j.nn.conf.layers.variational.GaussianReconstructionDistribution")
class Gaussian(Reconstruction):
    """``-log p(x | z) = (log 2 pi + log v + (x - m)^2 / v) / 2``: the decoder gives the means m, then the log v."""

    activation: Activation = key("Function of the decoder's pre-output.", default="identity", json="activationFn")

    def width(self, size: int) -> int:
        return 2 * size
