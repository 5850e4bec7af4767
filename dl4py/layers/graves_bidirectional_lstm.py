"""Two LSTMs with peepholes, one for each direction of time, added."""

from typing import ClassVar

from dl4py import kernels as k
from dl4py.layers.base import layer
from dl4py.layers.lstm import GatedLayer, emit_lstm, gate_params, weights
from dl4py.layers.recurrent import refuse_state, reversed_in_time
from dl4py.plan import Array, Backward, Emitter, Param, Params


@layer("graves_bidirectional_lstm", java="org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM")
class GravesBidirectionalLstm(GatedLayer):
    """``y_t = forward_t + backward_t``, both as in `graves_lstm`, the second over the steps from last to first.

    Input ``[time, batch, n_in]``, output ``[time, batch, n_out]``. Parameters ``WF``, ``RWF``, ``bF``, then ``WB``,
    ``RWB``, ``bB``. Graves and Schmidhuber, "Framewise Phoneme Classification with Bidirectional LSTM", 2005.
    """

    summary_name: ClassVar[str] = "GravesBidirectionalLSTM"
    sees_masks: ClassVar[bool] = True
    states: ClassVar[tuple[str, ...]] = ()  # the backward direction starts at the end

    def params(self) -> list[Param]:
        return [p for suffix in ("F", "B") for p in gate_params(self, peepholes=True, suffix=suffix)]

    def emit_steps(
        self, e: Emitter, x: Array, p: Params, mask: Array | None, states: tuple[Array | None, ...]
    ) -> tuple[Array, Backward]:
        refuse_state(e, self)
        turned = reversed_in_time(e, x)
        turned_mask = None if mask is None else reversed_in_time(e, mask)
        forth, forth_backward = emit_lstm(e, self, x, weights(e, self.n_out, p, "F"), mask, (None, None))
        back, back_backward = emit_lstm(e, self, turned, weights(e, self.n_out, p, "B"), turned_mask, (None, None))
        y = reversed_in_time(e, back)
        e(k.rows.add, y.flat, forth.flat)

        def backward(dy: Array) -> Array | None:
            turned_dx = back_backward(reversed_in_time(e, dy))
            dx = forth_backward(dy)
            if dx is None or turned_dx is None:
                return None
            e(k.rows.add, dx.flat, reversed_in_time(e, turned_dx).flat)
            return dx

        return y, backward
