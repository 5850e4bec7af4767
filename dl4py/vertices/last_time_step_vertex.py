"""Last step of sequences."""

from collections.abc import Mapping, Sequence

from dl4py.layers.last_time_step import last_step
from dl4py.plan import Array, Emitter
from dl4py.shapes import FeedForward, Shape
from dl4py.spec import key
from dl4py.vertices.base import Backwards, Vertex, mask_named, of_sequences, source_of, vertex


@vertex("last_time_step_vertex", java="org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex")
class LastTimeStepVertex(Vertex):
    """``y = x[T - 1]``, or the last step of each example that the mask of a network input leaves: `[batch, size]`."""

    mask_array_input_name: str = key("Network input whose mask says which steps are there.")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        return FeedForward(of_sequences(self, given).size)

    def shape_among(self, given: Sequence[Shape], sources: Mapping[str, Shape]) -> Shape:
        source_of(self, self.mask_array_input_name, sources, "mask_array_input_name")
        return self.output_shape(given)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        mask = mask_named(self, e, xs[0], self.mask_array_input_name, "mask_array_input_name")
        y, backward = last_step(e, xs[0], mask)
        return y, lambda dy: [backward(dy)]

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        return None
