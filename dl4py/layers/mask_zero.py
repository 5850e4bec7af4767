"""A mask out of the input itself."""

from typing import Any, ClassVar, Self

from dl4py import kernels as k
from dl4py.errors import InvalidValue
from dl4py.layers.base import Layer, layer
from dl4py.layers.bidirectional import Bidirectional
from dl4py.layers.frozen import Wrapper, behind_noise
from dl4py.layers.recurrent import RecurrentLayer, carried
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import Shape
from dl4py.spec import Number, key


@layer("mask_zero", java="org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer")
class MaskZero(Wrapper):
    """The recurrent layer inside, masked where all values of a step equal `masking_value`.

    Input ``[time, batch, n_in]``, output ``[time, batch, n_out]``. A mask of the input covers steps besides and goes on
    to later layers; DL4J drops it (quirk 17). The layer's own mask ends here.
    """

    summary_name: ClassVar[str] = "MaskZeroLayer"
    wraps: ClassVar[tuple[str, ...]] = ("underlying",)
    json_variables: ClassVar[bool] = False
    json_first: ClassVar[tuple[str, ...]] = ("maskingValue", "underlying")

    underlying: Layer = key("The recurrent layer.")
    masking_value: Number = key("The value of steps that do not count.", default=0.0)

    def given(self, shape: Shape) -> Self:
        if not isinstance(self.inner, RecurrentLayer | Bidirectional):
            raise InvalidValue(
                f"layer `{self.name}` masks a recurrent layer, `{self.inner.type}` is none",
                at=self.mark("underlying"),
                hint="take lstm, graves_lstm, simple_rnn or bidirectional",
            )
        fed: Any = super().given(shape)
        return fed

    def params(self) -> list[Param]:
        return self.inner.params()

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        return behind_noise(e, self.inner, x, p, steps=(self.own_mask(e, x), carried(e, self.inner, x.columns)))

    def own_mask(self, e: Emitter, x: Array) -> Array:
        """`[time, batch]`, 0 where a step does not count."""
        time, batch, _ = x.shape
        own = e.array(time, batch, 1, name="mask")
        e(k.recurrent.some_differ, x, own, self.masking_value)
        if e.mask is not None and not e.quirk(17):
            e(k.rows.multiply, own.flat, e.mask.flat)
        return own.reshape(time, batch)

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return None if mask is None or e.quirk(17) else mask
