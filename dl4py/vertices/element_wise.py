"""Element-wise vertex: sum, difference, product, mean or maximum of its inputs."""

from collections.abc import Sequence
from dataclasses import fields, replace
from math import prod
from typing import Literal

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.shapes import Shape, said
from dl4py.spec import key
from dl4py.vertices.base import Backwards, Vertex, either, vertex

SIZES = {"size", "time", "channels", "depth", "height", "width"}


@vertex("element_wise", java="org.deeplearning4j.nn.conf.graph.ElementWiseVertex")
class ElementWise(Vertex):
    """``y = x1 + x2 + ...`` (add), ``x1 - x2`` (subtract), ``x1 x2 ...`` (product), the mean or the largest.

    Sizes of 1 are repeated: a column for rows, one step for sequences, one pixel for images. The maximum passes its
    gradient to the first largest input. A step or an example is masked where it is masked in every input.
    """

    op: Literal["add", "subtract", "product", "average", "max"] = key("What is done.", spelling="pascal")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        if self.op == "subtract" and len(given) != 2:
            raise ShapeError(
                f"vertex `{self.name}` subtracts one input from another, found {len(given)} inputs",
                at=self.mark("inputs"),
            )
        widest = max(given, key=lambda shape: shape.array)
        names = sorted(SIZES & {field.name for field in fields(widest)})
        sizes = {name: {getattr(shape, name, None) for shape in given} for name in names}
        same = len({(type(shape), getattr(shape, "format", ""), getattr(shape, "steps", 1)) for shape in given}) == 1
        if not same or any(len(found - {1, None}) > 1 for found in sizes.values()):
            raise ShapeError(
                f"vertex `{self.name}` needs inputs of one shape, found {said(*given)}",
                at=self.mark("inputs"),
                hint="give the layers before it the same n_out",
            )
        largest = {name: None if None in found else max(n for n in found if n) for name, found in sizes.items()}
        return replace(widest, **largest)  # type: ignore[arg-type]

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        shape = tuple(max(sizes) for sizes in zip(*(x.shape for x in xs), strict=True))
        wide = [x if x.shape == shape else _repeated(e, x, shape) for x in xs]
        y = e.array(*shape, name="y")
        e(k.move.copy_flat, wide[0].flat, y.flat)
        steps = {"add": k.rows.add, "average": k.rows.add, "subtract": k.rows.subtract, "product": k.rows.multiply}
        for x in wide[1:]:
            e(steps.get(self.op, larger), y.flat, x.flat)
        if self.op == "average":
            e(k.rows.scale, y.flat, 1.0 / len(xs))

        def backward(dy: Array) -> list[Array | None]:
            gradients: list[Array | None] = []
            for i, x in enumerate(wide):
                dx = self._gradient(e, i, x, wide, dy)
                gradients.append(_summed(e, dx, xs[i].shape))
            return gradients

        return y, backward

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        return either(self, e, masks)

    def _gradient(self, e: Emitter, i: int, x: Array, wide: Sequence[Array], dy: Array) -> Array:
        dx = e.like(x, "dx")
        e(k.move.copy_flat, dy.flat, dx.flat)
        if self.op == "average":
            e(k.rows.scale, dx.flat, 1.0 / len(wide))
        elif self.op == "subtract" and i == 1:
            e(k.rows.scale, dx.flat, -1.0)
        elif self.op == "product":
            for other in (*wide[:i], *wide[i + 1 :]):
                e(k.rows.multiply, dx.flat, other.flat)
        elif self.op == "max":
            for other in wide[:i]:
                e(keep_larger, dx.flat, x.flat, other.flat, 1)
            for other in wide[i + 1 :]:
                e(keep_larger, dx.flat, x.flat, other.flat, 0)
        return dx


def _repeated(e: Emitter, x: Array, shape: tuple[int, ...]) -> Array:
    wide = e.array(*shape, name="repeated")
    e(k.move.copy_any, x, wide)
    return wide


def _summed(e: Emitter, dx: Array, shape: tuple[int, ...]) -> Array:
    """The sum over all axes that were repeated."""
    for axis, size in enumerate(shape):
        if size != dx.shape[axis]:
            before, after = dx.shape[:axis], dx.shape[axis + 1 :]
            sums = e.array(*before, 1, *after, name="dx")
            e(
                sum_middle,
                dx.reshape(prod(before), dx.shape[axis], prod(after)),
                sums.reshape(prod(before), prod(after)),
            )
            dx = sums
    return dx


@kernel("n*, n", split=True)
def larger(y, x):
    for i in range(y.shape[0]):
        y[i] = max(y[i], x[i])


@kernel("n*, n, n", split=True)
def keep_larger(dx, x, other, strictly: int):
    """Clears the gradient where the other input is larger, or as large with `strictly`."""
    for i in range(dx.shape[0]):
        if x[i] < other[i] or (strictly and x[i] == other[i]):
            dx[i] = 0.0


@kernel("a m b -> a b", split=True)
def sum_middle(dx, out):
    for i in range(dx.shape[0]):
        for j in range(dx.shape[2]):
            out[i, j] = 0.0
        for m in range(dx.shape[1]):
            for j in range(dx.shape[2]):
                out[i, j] += dx[i, m, j]
