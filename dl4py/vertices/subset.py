"""Subset: some columns."""

from collections.abc import Sequence

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.shapes import FeedForward, Shape, said
from dl4py.spec import Count, key
from dl4py.vertices.base import Backwards, Vertex, one_input, vertex


@vertex("subset", java="org.deeplearning4j.nn.conf.graph.SubsetVertex")
class Subset(Vertex):
    """Columns from `from` up to and including `to`."""

    from_: Count = key("First column, counted from 0.", json="from", alias="from")
    to: Count = key("Last column, counted from 0.")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        shape = one_input(self, given)
        if not isinstance(shape, FeedForward) or not self.from_ <= self.to < shape.size:
            raise ShapeError(
                f"vertex `{self.name}` takes columns {self.from_} to {self.to} of {said(shape)}",
                at=self.mark("to"),
                hint="columns count from 0, and `to` is taken too",
            )
        return FeedForward(self.to - self.from_ + 1)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        x = xs[0]
        y = e.array(x.rows, self.to - self.from_ + 1, name="y")
        e(k.move.copy, x.part(self.from_, self.to + 1, axis=1), y)

        def backward(dy: Array) -> list[Array | None]:
            dx = e.like(x, "dx")
            e(k.rows.fill, dx.flat, 0.0)
            e(k.move.copy, dy, dx.part(self.from_, self.to + 1, axis=1))
            return [dx]

        return y, backward
