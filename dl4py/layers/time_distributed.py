"""A layer of rows at each step of a sequence."""

from dataclasses import replace
from typing import ClassVar, Self

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.layers.base import Layer, layer
from dl4py.layers.frozen import Wrapper, behind_noise
from dl4py.layers.recurrent import Format, checked_sequence, rows_of
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.preprocessors import Preprocessor
from dl4py.preprocessors.automatic import before_sequences
from dl4py.shapes import FeedForward, Recurrent, Shape, said
from dl4py.spec import key


@layer("time_distributed", java="org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed")
class TimeDistributed(Wrapper):
    """``y_t = inner(x_t)`` for each step.

    Input ``[time, batch, n_in]``, output ``[time, batch, n_out]``. Masked steps give 0; DL4J covers others, as its mask
    runs through steps first and its rows through examples first (quirk 17).
    """

    summary_name: ClassVar[str] = "TimeDistributedLayer"
    wraps: ClassVar[tuple[str, ...]] = ("underlying",)
    json_variables: ClassVar[bool] = False
    json_first: ClassVar[tuple[str, ...]] = ("rnnDataFormat", "underlying")

    underlying: Layer = key("The layer of rows.")
    rnn_data_format: Format = key("Order of the axes; that of the input.", default="ncw", spelling="upper")

    def given(self, shape: Shape) -> Self:
        sequence = checked_sequence(self, None, shape)
        inner = self.inner.but(name=self.inner.name or self.name).given(FeedForward(sequence.size))
        return self.but(underlying=inner, rnn_data_format=sequence.format.lower())

    def expected(self) -> Shape | None:
        rows = self.inner.expected()
        return Recurrent(rows.size, None, self.rnn_data_format.upper()) if isinstance(rows, FeedForward) else None

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Recurrent)
        shape = self.inner.output_shape(FeedForward(given.size))
        if not isinstance(shape, FeedForward):
            raise ShapeError(
                f"layer `{self.name}` needs a layer from rows to rows inside, `{self.inner.type}` gives {said(shape)}",
                at=self.mark("underlying"),
                hint="take dense, for example",
            )
        return replace(given, size=shape.size)

    def wanted(self, given: Shape) -> Preprocessor | None:
        return before_sequences(given, self.rnn_data_format)

    def params(self) -> list[Param]:
        return self.inner.params()

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        mask = self._rows_mask(e) if self.inner.masks_rows else None
        with e.inside((FeedForward(x.shape[2]),), (mask,)):
            y, inner_backward = behind_noise(e, self.inner, rows_of(x), p)
        bare = y  # the backward of activations may need it as it was
        if mask is not None:
            y = e.like(bare, "masked")
            e(k.recurrent.masked, bare, mask, y)

        def backward(dy: Array) -> Array | None:
            if mask is not None:
                e(k.rows.mask_rows, rows_of(dy), mask)
            dx = inner_backward(rows_of(dy))
            return None if dx is None else dx.reshape(*x.shape)

        return y.reshape(x.rows, x.columns, y.columns), backward

    def _rows_mask(self, e: Emitter) -> Array | None:
        """The mask as a column that covers rows."""
        if e.mask is None or not e.quirk(17):
            return None if e.mask is None else rows_of(e.mask)
        time, batch = e.mask.shape
        turned = e.array(time, batch, name="mask")
        e(k.move.copy, e.mask.reshape(batch, time).T, turned)
        return rows_of(turned)
