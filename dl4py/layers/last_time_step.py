"""The last step of a recurrent layer."""

from collections.abc import Callable
from typing import ClassVar

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.layers.base import Layer, layer
from dl4py.layers.frozen import Wrapper, behind_noise
from dl4py.layers.mask_zero import MaskZero
from dl4py.layers.recurrent import carried, step
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import FeedForward, Recurrent, Shape, said
from dl4py.spec import key


@layer("last_time_step", java="org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep")
class LastTimeStep(Wrapper):
    """``y = inner(x)_t`` for the last step t of each example that its mask leaves.

    Input ``[time, batch, n_in]``, output ``[batch, n_out]``. The layer inside sees the mask, in DL4J too; an inner
    `mask_zero` makes its own. The mask ends here.
    """

    summary_name: ClassVar[str] = "LastTimeStepLayer"
    wraps: ClassVar[tuple[str, ...]] = ("underlying",)
    json_variables: ClassVar[bool] = False

    underlying: Layer = key("The layer whose last step is taken.")

    def output_shape(self, given: Shape) -> Shape:
        shape = self.inner.output_shape(given)
        if not isinstance(shape, Recurrent):
            raise ShapeError(
                f"layer `{self.name}` takes the last step of a sequence, `{self.inner.type}` gives {said(shape)}",
                at=self.mark("underlying"),
                hint="put a recurrent layer inside",
            )
        return FeedForward(shape.size)

    def params(self) -> list[Param]:
        return self.inner.params()

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        seen = (e.mask, carried(e, self.inner, x.columns)) if hasattr(self.inner, "emit_steps") else None
        steps, inner_backward = behind_noise(e, self.inner, x, p, steps=seen)
        mask = self.inner.own_mask(e, x) if isinstance(self.inner, MaskZero) else self.inner.output_mask(e, e.mask)
        y, last_backward = last_step(e, steps, mask)
        return y, lambda dy: inner_backward(last_backward(dy))

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return None


def last_step(e: Emitter, x: Array, mask: Array | None) -> tuple[Array, Callable[[Array], Array]]:
    """The last step of `x [time, batch, n]` where the mask is not 0, step 0 where it is 0 everywhere."""
    time, batch, n = x.shape
    y = e.array(batch, n, name="last")
    if mask is None:
        e(k.move.copy, step(x, time - 1), y)
    else:
        e(k.recurrent.last_step, mask, x, y)

    def backward(dy: Array) -> Array:
        dx = e.like(x, "dx")
        if mask is None:
            e(k.rows.fill, dx.flat, 0.0)
            e(k.move.copy, dy, step(dx, time - 1))
        else:
            e(k.recurrent.last_step_backward, mask, dy, dx)
        return dx

    return y, backward
