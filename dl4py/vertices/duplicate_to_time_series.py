"""Rows repeated over time."""

from collections.abc import Mapping, Sequence

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.shapes import ConvolutionalFlat, FeedForward, Recurrent, Shape, said
from dl4py.spec import key
from dl4py.vertices.base import Backwards, Vertex, one_input, source_of, vertex


@vertex("duplicate_to_time_series", java="org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex")
class DuplicateToTimeSeries(Vertex):
    """``y[t] = x`` for as many steps as a network input has; the mask of that input goes on.

    DL4J reads the number of steps from the last axis, which is wrong for inputs with features last (NWC).
    """

    input_name: str = key("Network input that says how many steps.")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        shape = one_input(self, given)
        if not isinstance(shape, FeedForward | ConvolutionalFlat):
            raise ShapeError(f"vertex `{self.name}` takes rows, found {said(shape)}", at=self.mark("inputs"))
        return Recurrent(shape.size)

    def shape_among(self, given: Sequence[Shape], sources: Mapping[str, Shape]) -> Shape:
        rows = self.output_shape(given)
        source = source_of(self, self.input_name, sources, "input_name")
        if not isinstance(source, Recurrent):
            raise ShapeError(
                f"vertex `{self.name}` needs sequences to count steps of, `{self.input_name}` has {said(source)}",
                at=self.mark("input_name"),
            )
        assert isinstance(rows, Recurrent)
        return Recurrent(rows.size, source.time, source.format)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        x = xs[0]
        source, _ = source_of(self, self.input_name, e.sources, "input_name")
        y = e.array(source.rows, *x.shape, name="y")
        e(k.recurrent.repeat, x, y)

        def backward(dy: Array) -> list[Array | None]:
            dx = e.like(x, "dx")
            e(k.recurrent.sum_steps, dy, dx)
            return [dx]

        return y, backward

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        _, mask = source_of(self, self.input_name, e.sources, "input_name")
        assert mask is None or isinstance(mask, Array)
        return mask
