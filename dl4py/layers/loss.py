"""Loss layer: an activation and a loss without parameters."""

from collections.abc import Callable
from typing import Any, ClassVar, Self

from dl4py.activations import Activation
from dl4py.layers.base import Layer, LossLayerPart, TrainableKeys, added, layer, scored
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Shape
from dl4py.spec import Count, key

FUSED = ("mcxent", "negativeloglikelihood", "sparse_mcxent")


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
        if e.training and self._overwrites() and e.quirk(50):
            return self._overwritten(e, z, labels, mask)
        return scored(e, z, self.activation, self.loss, labels, mask)

    def _overwrites(self) -> bool:
        """Whether DL4J's backward of the activation writes into the pre-output before the score is computed."""
        fused = self.activation.type == "softmax" and self.loss.type in FUSED
        return not fused and self.activation.type not in ("identity", "relu")

    def _overwritten(
        self, e: Emitter, z: Array, labels: Array, mask: Array | None
    ) -> tuple[Array, Callable[[Array | None], Array | None]]:
        """The score of the gradient in place of the pre-output."""
        with e.scoring(e.array(1, precision="float64", name="unsaid")):
            y, backward = scored(e, z, self.activation, self.loss, labels, mask)
        dz = backward(None)
        scored(e, copied(e, dz), self.activation, self.loss, labels, mask)
        return y, lambda dy: dz if dy is None else added(e, dz, self.activation.emit(e, z)[1](dy))


def copied(e: Emitter, x: Array) -> Array:
    """A copy of `x` that may be changed."""
    from dl4py.kernels.move import copy_flat

    y = e.like(x)
    e(copy_flat, x.flat, y.flat)
    return y
