"""Last step of sequences."""

from collections.abc import Mapping, Sequence

from dl4py import kernels as k
from dl4py.plan import Array, Emitter
from dl4py.shapes import FeedForward, Shape
from dl4py.spec import key
from dl4py.vertices.base import Backwards, Vertex, of_sequences, source_of, vertex


@vertex("last_time_step", java="org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex")
class LastTimeStep(Vertex):
    """``y = x[T - 1]``, or the last step of each example that the mask of a network input leaves: `[batch, size]`."""

    mask_array_input_name: str = key("Network input whose mask says which steps are there.")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        return FeedForward(of_sequences(self, given).size)

    def shape_among(self, given: Sequence[Shape], sources: Mapping[str, Shape]) -> Shape:
        source_of(self, self.mask_array_input_name, sources, "mask_array_input_name")
        return self.output_shape(given)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        x = xs[0]
        time, batch, size = x.shape
        _, mask = source_of(self, self.mask_array_input_name, e.sources, "mask_array_input_name")
        y = e.array(batch, size, name="y")
        if mask is None:
            e(k.move.copy, x.part(time - 1, time).reshape(batch, size), y)
        else:
            e(k.recurrent.last_step, mask, x, y)

        def backward(dy: Array) -> list[Array | None]:
            dx = e.like(x, "dx")
            if mask is None:
                e(k.rows.fill, dx.flat, 0.0)
                e(k.move.copy, dy, dx.part(time - 1, time).reshape(batch, size))
            else:
                e(k.recurrent.last_step_backward, mask, dy, dx)
            return [dx]

        return y, backward

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        return None
