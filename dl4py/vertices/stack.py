"""Stack and unstack: several batches as one, and parts of it."""

from collections.abc import Sequence
from dataclasses import replace

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.shapes import Recurrent, Shape, said
from dl4py.spec import Count, Size, key
from dl4py.vertices.base import Backwards, Vertex, batch_between, one_input, vertex


@vertex("stack", java="org.deeplearning4j.nn.conf.graph.StackVertex")
class Stack(Vertex):
    """Examples of all inputs, one input after the other: batch ``N1 + N2 + ...``. One layer then serves them all.

    Shorter sequences are filled up with steps of 0, their masks too.
    """

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        first = given[0]
        if len({replace(s, time=None) if isinstance(s, Recurrent) else s for s in given}) > 1:
            raise ShapeError(
                f"vertex `{self.name}` stacks inputs of one shape, found {said(*given)}",
                at=self.mark("inputs"),
            )
        if not isinstance(first, Recurrent):
            return first
        times = [shape.time for shape in given if isinstance(shape, Recurrent)]
        return replace(first, time=None if None in times else max(time or 0 for time in times))

    def rows(self, batches: Sequence[int]) -> int:
        """Examples of the output."""
        return sum(batches)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        blocks = [batch_between(x, given) for x, given in zip(xs, e.given, strict=True)]
        steps, batch = max(block.rows for block in blocks), sum(block.columns for block in blocks)
        y = e.array(steps, batch, blocks[0].shape[2], name="y")
        if any(block.rows < steps for block in blocks):
            e(k.rows.fill, y.flat, 0.0)
        places = _places(y, blocks)
        for block, place in zip(blocks, places, strict=True):
            e(k.move.copy_any, block, place)

        def backward(dy: Array) -> list[Array | None]:
            gradients: list[Array | None] = []
            for x, block, place in zip(xs, blocks, _places(dy.reshape(*y.shape), blocks), strict=True):
                dx = e.like(x, "dx")
                e(k.move.copy_any, place, dx.reshape(*block.shape))
                gradients.append(dx)
            return gradients

        return y.reshape(*self._shape(xs, steps, batch, e.given[0])), backward

    def _shape(self, xs: Sequence[Array], steps: int, batch: int, given: Shape) -> tuple[int, ...]:
        if isinstance(given, Recurrent):
            return (steps, batch, xs[0].shape[2])
        return (steps * batch, *xs[0].shape[1:])

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        known = [mask for mask in masks if mask is not None]
        if not known:
            return None
        if len(known) < len(masks):
            raise ShapeError(
                f"vertex `{self.name}` has masks for {len(known)} of its {len(masks)} inputs",
                at=self.mark("inputs"),
                hint="give the others masks of ones",
            )
        if not isinstance(e.given[0], Recurrent):
            return self.emit(e, known)[0]
        stacked, _ = self.emit(e, [mask.reshape(*mask.shape, 1) for mask in known])
        return stacked.reshape(*stacked.shape[:2])


def _places(y: Array, blocks: Sequence[Array]) -> list[Array]:
    """Where each block lies in `[steps, batch, inner]`."""
    edges = [sum(block.columns for block in blocks[:i]) for i in range(len(blocks) + 1)]
    return [
        y.part(0, block.rows).part(start, stop, axis=1)
        for block, start, stop in zip(blocks, edges, edges[1:], strict=False)
    ]


@vertex("unstack", java="org.deeplearning4j.nn.conf.graph.UnstackVertex")
class Unstack(Vertex):
    """One of `stack_size` equal parts of the examples."""

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
        """Examples of the output."""
        return batches[0] // self.stack_size

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        x = xs[0]
        block = batch_between(x, e.given[0])
        y = e.array(block.rows, block.columns // self.stack_size, block.shape[2], name="y")
        e(k.move.copy_any, self._part(block), y)

        def backward(dy: Array) -> list[Array | None]:
            dx = e.like(x, "dx")
            e(k.rows.fill, dx.flat, 0.0)
            e(k.move.copy_any, dy.reshape(*y.shape), self._part(dx.reshape(*block.shape)))
            return [dx]

        if isinstance(e.given[0], Recurrent):
            return y, backward
        return y.reshape(x.rows // self.stack_size, *x.shape[1:]), backward

    def _part(self, block: Array) -> Array:
        if block.columns % self.stack_size:
            raise ShapeError(
                f"vertex `{self.name}` cannot cut {block.columns} examples into {self.stack_size} equal parts"
            )
        size = block.columns // self.stack_size
        return block.part(self.from_ * size, (self.from_ + 1) * size, axis=1)

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        mask = masks[0]
        if mask is None or not isinstance(e.given[0], Recurrent):
            return mask and self.emit(e, [mask])[0]
        part, _ = self.emit(e, [mask.reshape(*mask.shape, 1)])
        return part.reshape(*part.shape[:2])
