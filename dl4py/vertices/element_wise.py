"""Element-wise vertex: sum, difference, product, mean or maximum of its inputs."""

from collections.abc import Sequence
from typing import Literal

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.shapes import Shape, said
from dl4py.spec import key
from dl4py.vertices.base import Backwards, Vertex, vertex


@vertex("element_wise", java="org.deeplearning4j.nn.conf.graph.ElementWiseVertex")
class ElementWise(Vertex):
    """``y = x1 + x2 + ...`` (add), ``x1 - x2`` (subtract), ``x1 x2 ...`` (product), the mean or the largest.

    Inputs of one shape, or rows with 1 column, which are repeated. The maximum passes its gradient to the first
    largest input.
    """

    op: Literal["add", "subtract", "product", "average", "max"] = key("What is done.", spelling="pascal")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        if self.op == "subtract" and len(given) != 2:
            raise ShapeError(
                f"vertex `{self.name}` subtracts one input from another, found {len(given)} inputs",
                at=self.mark("inputs"),
            )
        widest = max(given, key=lambda shape: shape.array)
        for shape in given:
            if shape.array not in (widest.array, (1,)) or (shape.array == (1,) and len(widest.array) != 1):
                raise ShapeError(
                    f"vertex `{self.name}` needs inputs of one shape, found {said(*given)}",
                    at=self.mark("inputs"),
                    hint="give the layers before it the same n_out",
                )
        return widest

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        shape = max((x.shape for x in xs), key=lambda s: s[1])
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
                dx = self._gradient(e, i, x, wide, y, dy)
                gradients.append(dx if xs[i].shape == shape else _summed(e, dx, xs[i].shape))
            return gradients

        return y, backward

    def _gradient(self, e: Emitter, i: int, x: Array, wide: Sequence[Array], y: Array, dy: Array) -> Array:
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
    e(repeat, x, wide)
    return wide


def _summed(e: Emitter, dx: Array, shape: tuple[int, ...]) -> Array:
    narrow = e.array(*shape, name="dx")
    e(sum_columns, dx, narrow)
    return narrow


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


@kernel("b _ -> b o", split=True)
def repeat(x, wide):
    for i in range(wide.shape[0]):
        for j in range(wide.shape[1]):
            wide[i, j] = x[i, 0]


@kernel("b o -> b _", split=True)
def sum_columns(dx, narrow):
    for i in range(dx.shape[0]):
        s = 0.0
        for j in range(dx.shape[1]):
            s += dx[i, j]
        narrow[i, 0] = s
