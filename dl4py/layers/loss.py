"""Loss layer: an activation and a loss without parameters."""

from collections.abc import Callable
from typing import Any, ClassVar, Self

from dl4py.activations import Activation
from dl4py.layers.base import Layer, LossLayerPart, TrainableKeys, layer, scored
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Shape
from dl4py.spec import Count, key


@layer("loss", java="org.deeplearning4j.nn.conf.layers.LossLayer")
class LossLayer(Layer, TrainableKeys, LossLayerPart):
    """``y = activation(x)`` with ``score = loss(y, labels)``.

    Input and output ``[batch, n]``.
    """

    summary_name: ClassVar[str] = "LossLayer"
    json_constants: ClassVar[dict[str, Any]] = {"nout": 0, "timeDistributedFormat": None}

    activation: Activation = key("Function of the input.", default="identity", json="activationFn")

    n_in: Count = key("Width of the input; found when absent.", default=0, json="nin")

    def given(self, shape: Shape) -> Self:
        return self.but(n_in=shape.array[0])

    def output_shape(self, given: Shape) -> Shape:
        return given

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        return self.activation.emit(e, x)

    def emit_scored(
        self, e: Emitter, x: Array, p: Params, labels: Array, mask: Array | None
    ) -> tuple[Array, Callable[[Array | None], Array | None]]:
        z = x if mask is None else copied(e, x)  # a mask may be multiplied into it
        return scored(e, z, self.activation, self.loss, labels, mask)


def copied(e: Emitter, x: Array) -> Array:
    """A copy of `x` that may be changed."""
    from dl4py.kernels.move import copy_flat

    y = e.like(x)
    e(copy_flat, x.flat, y.flat)
    return y
