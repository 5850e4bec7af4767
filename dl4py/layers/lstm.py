"""Long short-term memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.layers.base import layer
from dl4py.layers.gated import Steps, common, emit_steps, emit_steps_backward
from dl4py.layers.recurrent import RecurrentLayer, history, rows_of, step
from dl4py.layers.sequence import Seen
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.spec import Number, key

StepBackward = Callable[[Array | None, Array, Array, Array, Array], None]
"""Takes the masked cell where DL4J takes the slope there, dh, its recurrent part, dcell; fills dz."""


class GatedLayer(RecurrentLayer):
    """A layer with the gates of a long short-term memory."""

    json_constants: ClassVar[dict[str, Any]] = {"helperAllowFallback": True, "timeDistributedFormat": None}
    states: ClassVar[tuple[str, ...]] = ("h", "c")

    gate_activation: Activation = key("Function of the gates.", default="sigmoid", json="gateActivationFn")
    forget_gate_bias_init: Number = key("First value of the forget gate's bias.", default=1.0)


@layer("lstm", java="org.deeplearning4j.nn.conf.layers.LSTM")
class Lstm(GatedLayer):
    """``c_t = f c_{t-1} + g i``, ``h_t = o activation(c_t)`` with four gates of ``z = x_t W + h_{t-1} R + b``.

    ``i = activation(z_i)``, ``f = gate(z_f)``, ``o = gate(z_o)``, ``g = gate(z_g)``. Input ``[time, batch, n_in]``,
    output ``[time, batch, n_out]``. Parameters ``W [n_in, 4 n_out]``, ``RW [n_out, 4 n_out]``, ``b [4 n_out]``, each in
    blocks i, f, o, g.
    Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997, https://doi.org/10.1162/neco.1997.9.8.1735; the forget
    gate of Gers, Schmidhuber and Cummins, "Learning to Forget", 2000.
    """

    summary_name: ClassVar[str] = "LSTM"

    def params(self) -> list[Param]:
        return gate_params(self)

    def emit_steps(
        self, e: Emitter, x: Array, p: Params, mask: Array | None, states: tuple[Array | None, ...]
    ) -> tuple[Array, Backward]:
        return emit_lstm(e, self, x, weights(e, self.n_out, p), mask, states)


@dataclass(frozen=True)
class Weights:
    """``W [n_in, 4 n]``, ``R [n, 4 n]``, ``b [4 n]``, peepholes ``[3, n]`` with their gradients, if there are any."""

    W: Array
    R: Array
    b: Array
    dW: Array
    dR: Array
    db: Array
    peepholes: Array
    dpeepholes: Array | None = None


def weights(e: Emitter, n: int, p: Params, suffix: str = "") -> Weights:
    """The weights out of DL4J's arrays, whose recurrent one holds the peepholes in its last three columns."""
    W, RW, b = (p[name + suffix] for name in ("W", "RW", "b"))
    R, dR = RW.part(0, 4 * n, axis=1), RW.gradient.part(0, 4 * n, axis=1)
    if RW.columns == 4 * n:
        return Weights(W, R, b, W.gradient, dR, b.gradient, e.constant(np.zeros((3, n))))
    tails = (array.part(4 * n, 4 * n + 3, axis=1).T for array in (RW, RW.gradient))
    return Weights(W, R, b, W.gradient, dR, b.gradient, *tails)


def gate_params(layer: GatedLayer, *, peepholes: bool = False, suffix: str = "") -> list[Param]:
    """``W``, ``RW`` (three columns more with peepholes) and ``b``, the forget gate's part with its own first value."""
    assert layer.n_in is not None
    n = layer.n_out
    fans = (float(n), float(layer.n_in + n))
    recurrent = Param.weight(f"RW{suffix}", (n, 4 * n + 3 * peepholes), fans=fans)
    return [
        Param.weight(f"W{suffix}", (layer.n_in, 4 * n), fans=fans),
        recurrent.but(initializer=layer.weight_init_recurrent),
        Param(f"b{suffix}", (4 * n,), "c", "bias", (0.0,) * n + (layer.forget_gate_bias_init,) * n + (0.0,) * (2 * n)),
    ]


@dataclass
class Run:
    """What the backward needs of a forward: states `[time + 1, batch, n]`, cells before masks, each step's back."""

    h: Array
    c: Array
    new: Array
    backs: list[StepBackward] = field(default_factory=list)


def emit_lstm(
    e: Emitter, layer: GatedLayer, x: Array, w: Weights, mask: Array | None, states: tuple[Array | None, ...]
) -> tuple[Array, Backward]:
    """All steps of an LSTM with or without peepholes."""
    hard, inputs = common(layer), Seen.of(e, x)

    def forward(states: tuple[Array | None, ...]) -> Steps | Run:
        if hard is not None:
            return emit_steps(e, hard, x, inputs, w, mask, states)
        return _forward(e, layer, x, inputs, w, mask, states)

    run = forward(states)
    for past, state in zip((run.h, run.c), states, strict=True):
        if state is not None:
            e(k.move.copy, step(past, x.rows), state)

    def backward(dy: Array) -> Array | None:
        from_zero = states[0] is not None and e.quirk(15)
        seen = forward((None, None)) if from_zero else run
        if isinstance(seen, Steps):
            dz = emit_steps_backward(e, hard or 0, w, mask, seen, dy)
        else:
            dz = _backward(e, w, mask, seen, dy)
        return _outer(e, x, inputs, w, seen, dz)

    return run.h.part(1, x.rows + 1), backward


def _forward(
    e: Emitter, layer: GatedLayer, x: Array, inputs: Seen, w: Weights, mask: Array | None,
    states: tuple[Array | None, ...],
) -> Run:  # fmt: skip
    time, batch, _ = x.shape
    n = layer.n_out
    z = e.array(time, batch, 4 * n, name="z")
    inputs.times(e, w.W, rows_of(z))
    e(k.rows.add_row, rows_of(z), w.b)
    h = history(e, time, states[0], batch, n, "h")
    c = history(e, time, states[1], batch, n, "c")
    run = Run(h, c, c.part(1, time + 1) if mask is None else e.array(time, batch, n, name="new"))
    product = e.array(batch, 4 * n, name="product")
    for t in range(time):
        e(k.gemm.matmul, step(h, t), w.R, product)
        run.backs.append(_step(e, layer, w, step(z, t), product, step(c, t), step(run.new, t), step(h, t + 1)))
        if mask is not None:
            e(k.recurrent.masked, step(run.new, t), step(mask, t), step(c, t + 1))
            e(k.rows.mask_rows, step(h, t + 1), step(mask, t))
    return run


def _backward(e: Emitter, w: Weights, mask: Array | None, run: Run, dy: Array) -> Array:
    """The gradient of all pre-outputs."""
    time, batch, n = dy.shape
    leaks = mask is not None and e.quirk(38)
    dz = e.array(time, batch, 4 * n, name="dz")
    dproduct, dcell = e.array(batch, n, name="dproduct"), e.array(batch, n, name="dcell")
    for state in (dproduct, dcell):
        e(k.rows.fill, state.flat, 0.0)
    for t in reversed(range(time)):
        if mask is not None and not leaks:
            for gradient in (step(dy, t), dproduct, dcell):
                e(k.rows.mask_rows, gradient, step(mask, t))
        run.backs[t](step(run.c, t + 1) if leaks else None, step(dy, t), dproduct, dcell, step(dz, t))
        if mask is not None and leaks and w.dpeepholes is not None:
            e(k.rows.mask_rows, step(dz, t), step(mask, t))
        if t and w.dpeepholes is not None:
            e(k.recurrent.peepholes_backward, step(dz, t), w.peepholes, dcell)
        if t:
            e(k.gemm.matmul, step(dz, t), w.R.T, dproduct)
    return dz


def _outer(e: Emitter, x: Array, inputs: Seen, w: Weights, run: Steps | Run, dz: Array) -> Array | None:
    """Gradients of the weights and of the input, from that of all pre-outputs."""
    time, _, n = run.new.shape
    inputs.gradients(e, run.h.part(0, time), dz, w.dW, w.dR, w.db)
    if w.dpeepholes is not None:
        forget, output, input = (w.dpeepholes.part(i, i + 1).reshape(n) for i in range(3))
        before = rows_of(run.c.part(0, time))
        e(k.recurrent.peephole_gradients, before, rows_of(run.new), rows_of(dz), forget, output, input)
    if not x.needs_gradient:
        return None
    dx = e.like(x, "dx")
    e(k.gemm.matmul, rows_of(dz), w.W.T, rows_of(dx))
    return dx


def _step(
    e: Emitter, layer: GatedLayer, w: Weights, z: Array, product: Array, before: Array, cell: Array, h: Array
) -> StepBackward:
    """One step with any activation: a call for each gate."""
    zi, zf, zg, zo = (e.like(h, name) for name in ("zi", "zf", "zg", "zo"))
    e(k.recurrent.gates_in, z, product, before, w.peepholes, zi, zf, zg)
    i, i_back = layer.activation.emit(e, zi)
    f, f_back = layer.gate_activation.emit(e, zf)
    g, g_back = layer.gate_activation.emit(e, zg)
    e(k.recurrent.cell_step, i, f, g, before, z, product, w.peepholes, cell, zo)
    o, o_back = layer.gate_activation.emit(e, zo)
    squashed, cell_back = layer.activation.emit(e, cell)
    e(k.recurrent.hadamard, o, squashed, h)

    def backward(kept: Array | None, dh: Array, dproduct: Array, dcell: Array, dz: Array) -> None:
        do, ds, di, df, dg = (e.like(dh, name) for name in ("do", "ds", "di", "df", "dg"))
        e(k.recurrent.hidden_backward, dh, dproduct, o, squashed, do, ds)
        dzo = o_back(do)
        bent_back = cell_back if kept is None else layer.activation.emit(e, kept)[1]
        arrays = (bent_back(ds), dzo, i, f, g, before, w.peepholes, dcell, di, df, dg)
        e(k.recurrent.cell_backward, *arrays)
        e(k.recurrent.gates_back, i_back(di), f_back(df), dzo, g_back(dg), dz)

    return backward
