"""Merge: outputs side by side."""

from collections.abc import Sequence
from math import prod

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.shapes import FeedForward, Shape, said
from dl4py.spec import Flag, Size, key
from dl4py.vertices.base import Backwards, Vertex, vertex


@vertex("merge", java="org.deeplearning4j.nn.conf.graph.MergeVertex")
class Merge(Vertex):
    """``y = [x1, x2, ...]`` along an axis; for `[batch, n_i]` the output is `[batch, sum n_i]`."""

    merge_axis: Size = key("Axis that is joined, counted with the batch as 0.", default=1)
    modified: Flag = key("Whether DL4J set the axis itself.", default=False, hidden=True)

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        if not all(isinstance(shape, FeedForward) for shape in given):
            raise ShapeError(
                f"vertex `{self.name}` can merge feed-forward inputs only, found {said(*given)}",
                at=self.mark("inputs"),
            )
        return FeedForward(sum(shape.array[0] for shape in given))

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        axis = self.merge_axis
        y = e.array(*xs[0].shape[:axis], sum(x.shape[axis] for x in xs), *xs[0].shape[axis + 1 :])
        before = prod(y.shape[:axis])
        widths = [prod(x.shape[axis:]) for x in xs]
        whole = y.reshape(before, sum(widths))
        edges = [sum(widths[:i]) for i in range(len(xs) + 1)]
        for x, start, stop in zip(xs, edges, edges[1:], strict=False):
            e(k.move.copy, x.reshape(before, stop - start), whole.part(start, stop, axis=1))

        def backward(dy: Array) -> list[Array | None]:
            rows = dy.reshape(before, sum(widths))
            gradients: list[Array | None] = []
            for x, start, stop in zip(xs, edges, edges[1:], strict=False):
                dx = e.like(x)
                e(k.move.copy, rows.part(start, stop, axis=1), dx.reshape(before, stop - start))
                gradients.append(dx)
            return gradients

        return y, backward
