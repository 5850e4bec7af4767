"""Sequences backwards."""

from collections.abc import Mapping, Sequence

from dl4py import kernels as k
from dl4py.kernels.jit import kernel
from dl4py.layers.recurrent import swapped
from dl4py.plan import Array, Emitter
from dl4py.shapes import Recurrent, Shape
from dl4py.spec import key
from dl4py.vertices.base import Backwards, Vertex, mask_named, of_sequences, source_of, vertex


@vertex("reverse_time_series", java="org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex")
class ReverseTimeSeries(Vertex):
    """``y[t] = x[T - 1 - t]``; with the mask of a network input only the steps that it leaves, others are 0."""

    mask_array_input_name: str | None = key(
        "Network input whose mask says which steps are there; all of them when absent.", default=None
    )

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        return of_sequences(self, given)

    def shape_among(self, given: Sequence[Shape], sources: Mapping[str, Shape]) -> Shape:
        if self.mask_array_input_name is not None:
            source_of(self, self.mask_array_input_name, sources, "mask_array_input_name")
        return self.output_shape(given)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        mask: Array | None = None
        if self.mask_array_input_name is not None:
            mask = mask_named(self, e, xs[0], self.mask_array_input_name, "mask_array_input_name")
        sideways = _features_last(e) and (mask is None or xs[0].shape[-1] <= mask.rows) and e.quirk(64)
        turn = _sideways if sideways else _reversed
        return turn(e, xs[0], mask), lambda dy: [turn(e, dy, mask)]


def _features_last(e: Emitter) -> bool:
    shape = e.given[0]
    return isinstance(shape, Recurrent) and shape.format == "NWC"


def _sideways(e: Emitter, x: Array, mask: Array | None) -> Array:
    """As DL4J, which takes features for steps; a mask of steps says which of them are there."""
    return swapped(e, _reversed(e, swapped(e, x), mask and mask.part(0, x.shape[-1])))


def _reversed(e: Emitter, x: Array, mask: Array | None) -> Array:
    y = e.like(x, "reversed")
    if mask is None:
        e(k.recurrent.reverse, x, y)
    else:
        e(reverse_masked, mask, x, y)
    return y


@kernel("t b, t b n -> t b n")
def reverse_masked(mask, x, y):
    y[:] = 0.0
    for b in range(x.shape[1]):
        last = x.shape[0] - 1
        for t in range(x.shape[0]):
            if mask[t, b] != 0.0:
                while mask[last, b] == 0.0:
                    last -= 1
                for i in range(x.shape[2]):
                    y[last, b, i] = x[t, b, i]
                last -= 1
