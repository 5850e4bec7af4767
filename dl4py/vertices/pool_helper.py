"""Images without their first row and column."""

from collections.abc import Sequence
from dataclasses import replace

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.shapes import Convolutional, Shape, said
from dl4py.vertices.base import Backwards, Vertex, one_input, vertex


@vertex("pool_helper", java="org.deeplearning4j.nn.conf.graph.PoolHelperVertex")
class PoolHelper(Vertex):
    """``y = x`` without the first row and column, as Caffe pools: channels, height - 1, width - 1.

    DL4J infers the shape as if nothing were taken away, and takes from the last two axes in any layout.
    """

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        shape = one_input(self, given)
        if not isinstance(shape, Convolutional) or min(shape.height, shape.width) < 2:
            raise ShapeError(
                f"vertex `{self.name}` takes images of at least 2 x 2, found {said(shape)}",
                at=self.mark("inputs"),
            )
        return replace(shape, height=shape.height - 1, width=shape.width - 1)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        x = xs[0]
        batch, height, width, channels = x.shape
        y = e.array(batch, height - 1, width - 1, channels, name="y")
        e(k.move.copy_any, _inner(x), y)

        def backward(dy: Array) -> list[Array | None]:
            dx = e.like(x, "dx")
            e(k.rows.fill, dx.flat, 0.0)
            e(k.move.copy_any, dy, _inner(dx))
            return [dx]

        return y, backward

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        mask = masks[0]
        if mask is None or mask.size == mask.rows:
            return mask
        seen = mask
        for axis in (1, 2):
            seen = seen.part(min(1, mask.shape[axis] - 1), mask.shape[axis], axis=axis)
        inner = e.array(*seen.shape, name="mask")
        e(k.move.copy_any, seen, inner)
        return inner


def _inner(x: Array) -> Array:
    return x.part(1, x.shape[1], axis=1).part(1, x.shape[2], axis=2)
