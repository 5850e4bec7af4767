"""Rows as sequences of equal steps."""

from typing import Any, ClassVar, Literal, Self

from dl4py import kernels as k
from dl4py.layers.base import Layer, TrainableKeys, checked_width, flattening, layer
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.preprocessors import Preprocessor
from dl4py.shapes import Recurrent, Shape
from dl4py.spec import Count, Size, key


@layer("repeat_vector", java="org.deeplearning4j.nn.conf.layers.misc.RepeatVector")
class RepeatVector(Layer, TrainableKeys):
    """``y_t = x`` for n steps t.

    Input ``[batch, size]``, output ``[n, batch, size]``. `activation` is not applied, as in DL4J.
    """

    summary_name: ClassVar[str] = "RepeatVector"
    json_constants: ClassVar[dict[str, Any]] = {"nout": 0, "timeDistributedFormat": None}

    n: Size = key("Number of steps.", default=1)
    data_format: Literal["ncw", "nwc"] = key("Order of the output's axes.", default="ncw", spelling="upper")
    n_in: Count = key("Width of the input; found when absent.", default=0, json="nin")

    def given(self, shape: Shape) -> Self:
        return self.but(n_in=checked_width(self, self.n_in or None, shape))

    def output_shape(self, given: Shape) -> Shape:
        return Recurrent(self.n_in, self.n, self.data_format.upper())

    def wanted(self, given: Shape) -> Preprocessor | None:
        return flattening(given)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        y = e.array(self.n, x.rows, x.columns, name="y")
        e(k.recurrent.repeat, x, y)

        def backward(dy: Array) -> Array:
            dx = e.like(x, "dx")
            e(k.recurrent.sum_steps, dy, dx)
            return dx

        return y, backward

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return None
