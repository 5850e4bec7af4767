"""Examples scaled to length 1."""

from collections.abc import Sequence
from math import sqrt
from typing import Annotated

from dl4py.errors import ShapeError
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.shapes import Shape, said
from dl4py.spec import AsTuple, Count, Positive, key
from dl4py.vertices.base import Backwards, Vertex, by_example, one_input, vertex


@vertex("l2_normalize", java="org.deeplearning4j.nn.conf.graph.L2NormalizeVertex")
class L2Normalize(Vertex):
    """``y = x / max(|x|, eps)`` for each example, or for each step or pixel when `dimension` is that of the features.

    With `compatibility: dl4j` the gradient divides by ``max(|x|^3, eps)`` (quirk 60).
    """

    dimension: Annotated[tuple[Count, ...] | None, AsTuple] = key(
        "Dimensions of the norm in DL4J's layout; all but the batch when absent.", default=None
    )
    eps: Positive = key("Least length.", default=1e-8)

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        shape = one_input(self, given)
        whole, features = set(range(1, len(shape.array) + 1)), {shape.inside[-1]}
        if self.dimension and set(self.dimension) not in (whole, features):
            raise ShapeError(
                f"vertex `{self.name}` cannot take norms of {said(shape)} over dimensions {list(self.dimension)}",
                at=self.mark("dimension"),
                hint=f"write {shape.inside[-1]} for the norm of the features, or leave `dimension` out",
            )
        return shape

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        given = e.given[0]
        x, back = self._rows(e, xs[0], given)
        norms, y = e.array(x.rows, 1, name="norms"), e.like(x, "y")
        e(normalize, x, norms, y, self.eps)
        floor = self.eps if e.quirk(60) else 0.0

        def backward(dy: Array) -> list[Array | None]:
            rows, _ = self._rows(e, dy, given)
            e(normalize_backward, x, norms, rows, self.eps, floor)
            return [back(rows)]

        whole = back(y)
        assert whole is not None
        return whole, backward

    def _rows(self, e: Emitter, x: Array, given: Shape) -> tuple[Array, Backward]:
        """The values of each norm as a row, and the way back."""
        if self.dimension == (given.inside[-1],):
            return x.reshape(x.size // x.shape[-1], x.shape[-1]), lambda dy: dy.reshape(*x.shape)
        return by_example(e, x, given)


@kernel("b n -> b one, b n", split=True)
def normalize(x, norms, y, eps: float):
    for i in range(x.shape[0]):
        s = 0.0
        for j in range(x.shape[1]):
            s += x[i, j] * x[i, j]
        norms[i, 0] = sqrt(s)
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] / max(norms[i, 0], eps)


@kernel("b n, b one, b n*", split=True)
def normalize_backward(x, norms, dy, eps: float, floor: float):
    """``dx = dy / n - x (x . dy) / n^3``; a constant divisor, without the second term, where the norm is below eps.

    With a `floor` DL4J's form of it: the third power is at least `floor`, and the second term always there.
    """
    for i in range(x.shape[0]):
        n = max(norms[i, 0], eps)
        dot = 0.0
        for j in range(x.shape[1]):
            dot += x[i, j] * dy[i, j]
        if floor > 0.0:
            dot /= max(norms[i, 0] * norms[i, 0] * norms[i, 0], floor)
        elif norms[i, 0] < eps:
            dot = 0.0
        else:
            dot /= n * n * n
        for j in range(x.shape[1]):
            dy[i, j] = dy[i, j] / n - x[i, j] * dot
