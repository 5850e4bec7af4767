"""What recurrent layers share: keys, shapes, masks and the state that a run leaves to the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

from dl4py import kernels as k
from dl4py.errors import ShapeError, UnsupportedFeature
from dl4py.initializers import Initializer
from dl4py.layers.base import Layer, TrainableLayer
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.preprocessors import Preprocessor
from dl4py.preprocessors.automatic import before_sequences
from dl4py.shapes import Recurrent, Shape, said
from dl4py.spec import Size, key

Format = Literal["ncw", "nwc"]


class RecurrentLayer(TrainableLayer):
    """A layer from `[time, batch, n_in]` to `[time, batch, n_out]`, one step after the other.

    With a mask, output and state of a masked step are 0. DL4J's own layers do so only where `sees_masks` holds
    (quirk 17).
    """

    json_constants: ClassVar[dict[str, Any]] = {"timeDistributedFormat": None}
    sees_masks: ClassVar[bool] = False
    states: ClassVar[tuple[str, ...]] = ("h",)

    n_in: Size | None = key("Width of the input; found from the layer before when absent.", default=None, json="nin")
    n_out: Size = key("Width of the output and of the state.", json="nout")
    weight_init_recurrent: Initializer | None = key(
        "First values of recurrent weights; as `weight_init` when absent.", default=None, json="weightInitFnRecurrent"
    )
    rnn_data_format: Format = key("Order of the axes; that of the input.", default="ncw", spelling="upper")

    def given(self, shape: Shape) -> Self:
        sequence = checked_sequence(self, self.n_in, shape)
        return self.but(n_in=sequence.size, rnn_data_format=sequence.format.lower())

    def expected(self) -> Shape | None:
        return Recurrent(self.n_in, None, self.rnn_data_format.upper()) if self.n_in else None

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Recurrent)
        return replace(given, size=self.n_out)

    def wanted(self, given: Shape) -> Preprocessor | None:
        return before_sequences(given, self.rnn_data_format)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        mask = e.mask if e.mask is None or self.sees_masks or not e.quirk(17) else None
        return self.emit_steps(e, x, p, mask, carried(e, self, x.columns))

    def emit_steps(
        self, e: Emitter, x: Array, p: Params, mask: Array | None, states: tuple[Array | None, ...]
    ) -> tuple[Array, Backward]:
        """As `emit`, with this `mask [time, batch]`, from these `states` (None: 0), which the last step's replace."""
        raise NotImplementedError


def step(a: Array, t: int) -> Array:
    """Step `t` of `[time, batch, n]` as a matrix; of a mask `[time, batch]` as a column."""
    return a.part(t, t + 1).reshape(*(a.shape[1:] if len(a.shape) == 3 else (a.columns, 1)))


def rows_of(a: Array) -> Array:
    """All steps of `[time, batch, n]` as rows; of a mask as a column."""
    return a.reshape(a.rows * a.columns, *(a.shape[2:] or (1,)))


def swapped(e: Emitter, x: Array) -> Array:
    """`[time, batch, n]` as `[n, batch, time]`: sequences whose axes are taken for each other's."""
    y = e.array(*reversed(x.shape), name="swapped")
    e(k.move.copy_any, x.transposed(2, 1, 0), y)
    return y


def history(e: Emitter, time: int, first: Array | None, batch: int, size: int, name: str) -> Array:
    """`[time + 1, batch, size]` whose step 0 is the state before, `first` or 0."""
    found = e.array(time + 1, batch, size, name=name)
    if first is None:
        e(k.rows.fill, step(found, 0).flat, 0.0)
    else:
        e(k.move.copy, first, step(found, 0))
    return found


def reversed_in_time(e: Emitter, a: Array) -> Array:
    """A copy of a sequence or of its mask that runs backwards."""
    out = e.like(a, "reversed")
    out.needs_gradient = a.needs_gradient
    e(k.recurrent.reverse if len(a.shape) == 3 else k.recurrent.reverse_mask, a, out)
    return out


def carried(e: Emitter, layer: Any, batch: int) -> tuple[Array | None, ...]:
    """The states that a layer keeps between runs; None where none are kept."""
    return tuple(e.carry(name, batch, layer.n_out) for name in getattr(layer, "states", ()))


def refuse_state(e: Emitter, layer: Layer) -> None:
    """Raises where a run would go on from the state of the run before."""
    if e.carrying is not None:
        raise UnsupportedFeature(
            f"layer `{layer.name}` ({layer.type}) reads sequences from their end, so it cannot go on step by step",
            at=layer.mark(),
            hint="use `backprop_type: standard`, and whole sequences for predictions",
        )


@contextmanager
def masks_of(e: Emitter, mask: Array | None) -> Iterator[None]:
    """Calls inside are made for an input with this mask."""
    with e.inside(e.given, (mask,)):
        yield


def checked_sequence(layer: Layer, n_in: int | None, shape: Shape) -> Recurrent:
    """The shape of a sequence whose steps are `n_in` wide, where that is written."""
    if not isinstance(shape, Recurrent):
        raise ShapeError(
            f"layer `{layer.name}` ({layer.type}) takes sequences, its input is {said(shape)}",
            at=layer.mark(),
            hint="feed it sequences: `input: {type: recurrent, size: ..., time: ...}`",
        )
    if n_in is not None and n_in != shape.size:
        raise ShapeError(
            f"layer `{layer.name}` has n_in {n_in}, but the steps of its input have {shape.size} values",
            at=layer.mark("n_in"),
            hint=f"write `n_in: {shape.size}`, or leave it out",
        )
    return shape
