"""Distance between two inputs."""

from collections.abc import Sequence
from math import sqrt

from dl4py.errors import ShapeError
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.shapes import FeedForward, Shape, said
from dl4py.spec import Positive, key
from dl4py.vertices.base import Backwards, Vertex, vertex


@vertex("l2", java="org.deeplearning4j.nn.conf.graph.L2Vertex")
class L2(Vertex):
    """``y = |a - b|`` for each example, `[batch, 1]`."""

    eps: Positive = key("Added to the distance where the gradient divides by it.", default=1e-8, json="")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        if len(given) != 2 or given[0].array != given[1].array:
            raise ShapeError(
                f"vertex `{self.name}` needs two inputs of one shape, found {said(*given)}",
                at=self.mark("inputs"),
            )
        return FeedForward(1)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        a, b = (x.reshape(x.rows, x.size // x.rows) for x in xs)
        y = e.array(a.rows, 1, name="y")
        e(distance, a, b, y)

        def backward(dy: Array) -> list[Array | None]:
            da, db = e.like(xs[0], "da"), e.like(xs[1], "db")
            e(distance_backward, a, b, y, dy, da.reshape(*a.shape), db.reshape(*b.shape), self.eps)
            return [da, db]

        return y, backward


@kernel("b n, b n -> b one", split=True)
def distance(a, b, y):
    for i in range(a.shape[0]):
        s = 0.0
        for j in range(a.shape[1]):
            d = a[i, j] - b[i, j]
            s += d * d
        y[i, 0] = sqrt(s)


@kernel("b n, b n, b one, b one -> b n, b n", split=True)
def distance_backward(a, b, y, dy, da, db, eps: float):
    for i in range(a.shape[0]):
        scale = dy[i, 0] / (y[i, 0] + eps)
        for j in range(a.shape[1]):
            da[i, j] = scale * (a[i, j] - b[i, j])
            db[i, j] = -da[i, j]
