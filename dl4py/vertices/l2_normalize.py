"""Examples scaled to length 1."""

from collections.abc import Sequence
from math import sqrt
from typing import Annotated

from dl4py.errors import UnsupportedFeature
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.shapes import Shape
from dl4py.spec import AsTuple, Count, Positive, key
from dl4py.vertices.base import Backwards, Vertex, one_input, vertex


@vertex("l2_normalize", java="org.deeplearning4j.nn.conf.graph.L2NormalizeVertex")
class L2Normalize(Vertex):
    """``y = x / max(|x|, eps)`` for each example."""

    dimension: Annotated[tuple[Count, ...] | None, AsTuple] = key(
        "Dimensions of the norm; all but the batch when absent.", default=None
    )
    eps: Positive = key("Least length.", default=1e-8)

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        shape = one_input(self, given)
        if self.dimension is not None and self.dimension != tuple(range(1, len(shape.array) + 1)):
            raise UnsupportedFeature(
                f"vertex `{self.name}`: a norm over the dimensions {list(self.dimension)} is not built yet",
                at=self.mark("dimension"),
                hint="leave `dimension` out for the norm of each example",
            )
        return shape

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        x = xs[0].reshape(xs[0].rows, xs[0].size // xs[0].rows)
        norms, y = e.array(x.rows, 1, name="norms"), e.like(xs[0], "y")
        e(normalize, x, norms, y.reshape(*x.shape), self.eps)

        def backward(dy: Array) -> list[Array | None]:
            e(normalize_backward, x, norms, dy.reshape(*x.shape), self.eps)
            return [dy]

        return y, backward


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
def normalize_backward(x, norms, dy, eps: float):
    """``dx = (dy - x (x . dy) / n^2) / n``; a constant divisor where the norm is below eps."""
    for i in range(x.shape[0]):
        n = max(norms[i, 0], eps)
        dot = 0.0
        for j in range(x.shape[1]):
            dot += x[i, j] * dy[i, j]
        if norms[i, 0] < eps:
            dot = 0.0
        for j in range(x.shape[1]):
            dy[i, j] = (dy[i, j] - x[i, j] * dot / (n * n)) / n
