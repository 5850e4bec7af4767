"""Activation layer."""

from typing import Any, ClassVar

from dl4py.activations import Activation
from dl4py.layers.base import NO_PARAMETERS, Layer, layer
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Shape
from dl4py.spec import key


@layer("activation", java="org.deeplearning4j.nn.conf.layers.ActivationLayer")
class ActivationLayer(Layer):
    """``y = activation(x)``.

    Output shaped like the input.
    """

    summary_name: ClassVar[str] = "ActivationLayer"
    json_constants: ClassVar[dict[str, Any]] = NO_PARAMETERS

    activation: Activation = key("Function of the input.", default="sigmoid", json="activationFn", inherited=True)

    def output_shape(self, given: Shape) -> Shape:
        return given

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        return self.activation.emit(e, x)
