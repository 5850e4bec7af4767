"""Dropout layer: noise between layers, in training only."""

from typing import Any, ClassVar

from dl4py.dropouts import Dropout
from dl4py.layers.base import Layer, TrainableKeys, layer
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Shape
from dl4py.spec import key


@layer("dropout", java="org.deeplearning4j.nn.conf.layers.DropoutLayer")
class DropoutLayer(Layer, TrainableKeys):
    """``y = dropout(x)`` in training, ``y = x`` otherwise.

    Output shaped like the input.
    """

    summary_name: ClassVar[str] = "DropoutLayer"
    json_constants: ClassVar[dict[str, Any]] = {"nin": 0, "nout": 0, "timeDistributedFormat": None}

    dropout: Dropout | None = key("Noise on the input.", default=0.5, json="idropout")

    def output_shape(self, given: Shape) -> Shape:
        return given

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        return x, lambda dy: dy
