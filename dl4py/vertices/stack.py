"""Stack and unstack: several batches as one, and parts of it."""

from collections.abc import Sequence

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.shapes import Shape, said
from dl4py.spec import Count, Size, key
from dl4py.vertices.base import Backwards, Vertex, one_input, vertex


@vertex("stack", java="org.deeplearning4j.nn.conf.graph.StackVertex")
class Stack(Vertex):
    """Rows of all inputs, one input after the other: `[sum of batches, n]`. One layer then serves them all."""

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        if len(set(given)) > 1:
            raise ShapeError(
                f"vertex `{self.name}` stacks inputs of one shape, found {said(*given)}",
                at=self.mark("inputs"),
            )
        return given[0]

    def rows(self, batches: Sequence[int]) -> int:
        """Rows of the output."""
        return sum(batches)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        y = e.array(sum(x.rows for x in xs), *xs[0].shape[1:], name="y")
        edges = [sum(x.rows for x in xs[:i]) for i in range(len(xs) + 1)]
        for x, start, stop in zip(xs, edges, edges[1:], strict=False):
            e(k.move.copy_flat, x.flat, y.part(start, stop).reshape(x.size))

        def backward(dy: Array) -> list[Array | None]:
            gradients: list[Array | None] = []
            for x, start, stop in zip(xs, edges, edges[1:], strict=False):
                dx = e.like(x, "dx")
                e(k.move.copy_flat, dy.part(start, stop).reshape(x.size), dx.flat)
                gradients.append(dx)
            return gradients

        return y, backward


@vertex("unstack", java="org.deeplearning4j.nn.conf.graph.UnstackVertex")
class Unstack(Vertex):
    """One of `stack_size` equal parts of the rows."""

    from_: Count = key("Number of the part, counted from 0.", json="from", alias="from")
    stack_size: Size = key("Number of parts.")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        if self.from_ >= self.stack_size:
            raise ShapeError(
                f"vertex `{self.name}` takes part {self.from_} of {self.stack_size}",
                at=self.mark("from"),
                hint=f"parts count from 0 to {self.stack_size - 1}",
            )
        return one_input(self, given)

    def rows(self, batches: Sequence[int]) -> int:
        """Rows of the output."""
        return batches[0] // self.stack_size

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        x = xs[0]
        if x.rows % self.stack_size:
            raise ShapeError(f"vertex `{self.name}` cannot cut {x.rows} rows into {self.stack_size} equal parts")
        size = x.rows // self.stack_size
        y = e.array(size, *x.shape[1:], name="y")
        start, stop = self.from_ * size, (self.from_ + 1) * size
        e(k.move.copy_flat, x.part(start, stop).reshape(y.size), y.flat)

        def backward(dy: Array) -> list[Array | None]:
            dx = e.like(x, "dx")
            e(k.rows.fill, dx.flat, 0.0)
            e(k.move.copy_flat, dy.flat, dx.part(start, stop).reshape(y.size))
            return [dx]

        return y, backward
