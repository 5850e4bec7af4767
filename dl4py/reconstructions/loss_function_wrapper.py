"""A loss in place of a distribution."""

from dl4py.activations import Activation
from dl4py.losses import Loss
from dl4py.plan import Array, Emitter
from dl4py.reconstructions.base import Reconstruction, by_loss, reconstruction
from dl4py.spec import key


@reconstruction("loss_function_wrapper", java="org.deeplearning4j.nn.conf.layers.variational.LossFunctionWrapper")
class LossFunctionWrapper(Reconstruction):
    """``loss(activation(pre-output), x)`` in place of ``-log p(x | z)``; there is no probability then."""

    activation: Activation = key("Function of the decoder's pre-output.", default="identity", json="activationFn")
    loss_function: Loss = key("Penalty on the distance to the data.", default="mse")

    def width(self, size: int) -> int:
        return size

    def emit(self, e: Emitter, z: Array, x: Array) -> Array:
        return by_loss(e, z, x, self.activation, self.loss_function)
