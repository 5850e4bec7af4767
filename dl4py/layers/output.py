"""Output layer: fully connected, with a loss."""

from collections.abc import Callable
from typing import ClassVar

from dl4py.activations import Activation
from dl4py.layers.base import FeedForwardLayer, LossLayerPart, layer, scored
from dl4py.layers.dense import activated, affine, affine_params
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.spec import Flag, key


@layer("output", java="org.deeplearning4j.nn.conf.layers.OutputLayer")
class Output(FeedForwardLayer, LossLayerPart):
    """``y = activation(x W + b)`` with ``score = loss(y, labels)``.

    Input ``[batch, n_in]``, output ``[batch, n_out]``, labels as the loss takes them. Parameters ``W [n_in, n_out]``,
    ``b [n_out]``.
    """

    summary_name: ClassVar[str] = "OutputLayer"

    activation: Activation = key("Function of the pre-output.", default="softmax", json="activationFn")
    has_bias: Flag = key("Add a bias row.", default=True)

    def params(self) -> list[Param]:
        return affine_params(self)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        return activated(e, affine(e, x, p), self.activation)

    def emit_scored(
        self, e: Emitter, x: Array, p: Params, labels: Array, mask: Array | None
    ) -> tuple[Array, Callable[[Array | None], Array | None]]:
        z, affine_backward = affine(e, x, p)
        y, to_pre_output = scored(e, z, self.activation, self.loss, labels, mask)
        return y, lambda dy: affine_backward(to_pre_output(dy))
