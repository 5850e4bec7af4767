"""Distance between two inputs."""

from collections.abc import Sequence
from math import sqrt

from dl4py.errors import ShapeError
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Emitter
from dl4py.shapes import FeedForward, Shape, said
from dl4py.spec import Positive, key
from dl4py.vertices.base import Backwards, Vertex, by_example, vertex


@vertex("l2", java="org.deeplearning4j.nn.conf.graph.L2Vertex")
class L2(Vertex):
    """``y = |a - b|`` over all values of an example, `[batch, 1]`."""

    eps: Positive = key("Least distance that the gradient divides by.", default=1e-8, json="")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        if len(given) != 2 or given[0] != given[1]:
            raise ShapeError(
                f"vertex `{self.name}` needs two inputs of one shape, found {said(*given)}",
                at=self.mark("inputs"),
            )
        return FeedForward(1, steps=getattr(given[0], "steps", 1))

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        (a, back_a), (b, back_b) = (by_example(e, x, given) for x, given in zip(xs, e.given, strict=True))
        y = e.array(a.rows, 1, name="y")
        e(distance, a, b, y)

        def backward(dy: Array) -> list[Array | None]:
            da, db = e.like(a, "da"), e.like(b, "db")
            e(distance_backward, a, b, y, dy, da, db, self.eps)
            return [back_a(da), back_b(db)]

        return y, backward

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        # steps and pixels are one number now
        return masks[0] if isinstance(e.given[0], FeedForward) else None


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
        scale = dy[i, 0] / max(y[i, 0], eps)
        for j in range(a.shape[1]):
            da[i, j] = scale * (a[i, j] - b[i, j])
            db[i, j] = -da[i, j]
