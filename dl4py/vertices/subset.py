"""Subset: some features."""

from collections.abc import Sequence
from dataclasses import replace

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.shapes import ConvolutionalFlat, FeedForward, Recurrent, Shape, said
from dl4py.spec import Count, key
from dl4py.vertices.base import Backwards, Vertex, one_input, vertex


@vertex("subset", java="org.deeplearning4j.nn.conf.graph.SubsetVertex")
class Subset(Vertex):
    """Columns of rows, features of sequences, channels of images and volumes, from `from` up to and including `to`.

    DL4J always takes the second axis; here it is the features also where they are last (NWC, NHWC).
    """

    from_: Count = key("First one, counted from 0.", json="from", alias="from")
    to: Count = key("Last one, counted from 0.")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        shape = one_input(self, given)
        name = "size" if isinstance(shape, FeedForward | Recurrent) else "channels"
        if isinstance(shape, ConvolutionalFlat) or not self.from_ <= self.to < getattr(shape, name):
            what = "columns" if isinstance(shape, FeedForward | ConvolutionalFlat) else "features"
            raise ShapeError(
                f"vertex `{self.name}` takes {what} {self.from_} to {self.to} of {said(shape)}",
                at=self.mark("to"),
                hint=f"{what} count from 0, and `to` is taken too",
            )
        part = replace(shape, **{name: self.to - self.from_ + 1})  # type: ignore[arg-type]
        return replace(part, time_format=None) if isinstance(part, FeedForward) else part  # as DL4J, which forgets it

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        features = xs[0].shape[-1]
        x = xs[0].reshape(xs[0].size // features, features)
        y = e.array(*xs[0].shape[:-1], self.to - self.from_ + 1, name="y")
        rows = (x.rows, y.shape[-1])
        e(k.move.copy, x.part(self.from_, self.to + 1, axis=1), y.reshape(*rows))

        def backward(dy: Array) -> list[Array | None]:
            dx = e.like(xs[0], "dx")
            e(k.rows.fill, dx.flat, 0.0)
            e(k.move.copy, dy.reshape(*rows), dx.reshape(*x.shape).part(self.from_, self.to + 1, axis=1))
            return [dx]

        return y, backward
