"""Reshape: the same values in another shape."""

from collections.abc import Sequence
from math import prod
from typing import Annotated, Literal

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.preprocessors.base import from_face, to_face
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent, Shape
from dl4py.spec import AsTuple, key
from dl4py.vertices.base import Backwards, Vertex, one_input, vertex

KINDS = {1: FeedForward, 2: Recurrent, 3: Convolutional, 4: Convolutional3D}


@vertex("reshape", java="org.deeplearning4j.nn.conf.graph.ReshapeVertex")
class Reshape(Vertex):
    """The values in a new shape, last index fastest (order c) or first index fastest (order f), in DL4J's layouts.

    Two sizes make rows, three sequences (NCW), four images (NCHW), five volumes (NCDHW).
    """

    new_shape: Annotated[tuple[int, ...], AsTuple] = key("The new shape, the batch first; -1 for the batch.")
    reshape_order: Literal["c", "f"] = key("Which index is the fastest: the last (c) or the first (f).", default="c")
    mask_shape: Annotated[tuple[int, ...] | None, AsTuple] = key("Shape of masks, the batch first.", default=None)

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        size = prod(one_input(self, given).array)
        inside = _filled(self.new_shape[1:], size)
        if len(inside) not in KINDS or min(inside) < 1 or (size and prod(inside) != size):
            raise ShapeError(
                f"vertex `{self.name}` cannot give {size} values the shape {list(self.new_shape)}",
                at=self.mark("new_shape"),
                hint="the product of all sizes but the first must be the number of values of an example",
            )
        return KINDS[len(inside)](*inside)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        face, back = to_face(e, xs[0], e.given[0])
        made = self.output_shape(e.given)
        moved = self._moved(e, face, (face.rows, *made.array))
        y, out = from_face(e, moved, made)

        def backward(dy: Array) -> list[Array | None]:
            gradient = out(dy)
            assert gradient is not None
            return [back(self._moved(e, gradient, face.shape))]

        return y, backward

    def _moved(self, e: Emitter, x: Array, shape: tuple[int, ...]) -> Array:
        if self.reshape_order == "c":
            return x.reshape(*shape)
        turned = e.array(*x.shape[::-1], name="turned")
        y = e.array(*shape, name="y")
        e(k.move.copy_any, x.transposed(*reversed(range(len(x.shape)))), turned)
        e(k.move.copy_any, turned.reshape(*shape[::-1]).transposed(*reversed(range(len(shape)))), y)
        return y

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        """As `mask_shape` says; else a mask of examples or steps stays where it still is one."""
        mask = masks[0]
        if mask is None:
            return None
        made = self.output_shape(e.given)
        if isinstance(e.given[0], Recurrent) and self.mask_shape is None:
            return mask if isinstance(made, Recurrent) and made.time == mask.rows else None
        if self.mask_shape is None:
            ones = (1,) * (len(made.array) - 1)
            return None if mask.size > mask.rows or isinstance(made, Recurrent) else mask.reshape(mask.rows, *ones, 1)
        rows = _turned(e, mask) if isinstance(e.given[0], Recurrent) else mask
        seen = rows.reshape(*_filled(self.mask_shape, mask.size))
        return _turned(e, seen) if isinstance(made, Recurrent) else seen


def _turned(e: Emitter, mask: Array) -> Array:
    turned = e.array(mask.columns, mask.rows, name="mask")
    e(k.move.copy_any, mask.T, turned)
    return turned


def _filled(sizes: tuple[int, ...], size: int) -> tuple[int, ...]:
    """A size of -1 replaced by what is left of `size`."""
    known = -prod(sizes)
    if sizes.count(-1) == 1 and known > 0 and size % known == 0:
        return tuple(size // known if n == -1 else n for n in sizes)
    return sizes
