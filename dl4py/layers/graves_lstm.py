"""Long short-term memory with peepholes."""

from typing import ClassVar

from dl4py.layers.base import layer
from dl4py.layers.lstm import GatedLayer, emit_lstm, gate_params, weights
from dl4py.plan import Array, Backward, Emitter, Param, Params


@layer("graves_lstm", java="org.deeplearning4j.nn.conf.layers.GravesLSTM")
class GravesLstm(GatedLayer):
    """An LSTM whose gates see the cell: ``z_f`` and ``z_g`` the old one, ``z_o`` the new one.

    ``f = gate(z_f + c_{t-1} w_f)``, ``g = gate(z_g + c_{t-1} w_g)``, ``o = gate(z_o + c_t w_o)``, the rest as `lstm`.
    Parameters ``W [n_in, 4 n_out]``, ``RW [n_out, 4 n_out + 3]``, whose last columns are ``w_f``, ``w_o``, ``w_g``, and
    ``b [4 n_out]``.
    Graves, "Supervised Sequence Labelling with Recurrent Neural Networks", 2012, chapter 4.
    """

    summary_name: ClassVar[str] = "GravesLSTM"

    def params(self) -> list[Param]:
        return gate_params(self, peepholes=True)

    def emit_steps(
        self, e: Emitter, x: Array, p: Params, mask: Array | None, states: tuple[Array | None, ...]
    ) -> tuple[Array, Backward]:
        return emit_lstm(e, self, x, weights(e, self.n_out, p), mask, states)
