"""All steps of an LSTM whose cell and gates have the common functions: one kernel forward, one backward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py import kernels as k
from dl4py.layers.recurrent import history, rows_of
from dl4py.layers.sequence import Seen
from dl4py.plan import Array, Emitter


@dataclass(frozen=True)
class Steps:
    """What the backward needs of a forward: states `[time + 1, batch, n]`, cells before masks and their tanh, gates."""

    h: Array
    c: Array
    new: Array
    squashed: Array
    gates: Array


def common(layer: Any) -> int | None:
    """How the gates of a layer with the common functions open: 0 by a sigmoid, 1 by its piecewise linear form."""
    hard = {"sigmoid": 0, "hardsigmoid": 1}.get(layer.gate_activation.type)
    return hard if layer.activation.type == "tanh" else None


def emit_steps(
    e: Emitter, hard: int, x: Array, seen: Seen, w: Any, mask: Array | None, states: tuple[Array | None, ...]
) -> Steps:
    """Records all steps from these states."""
    time, batch, _ = x.shape
    n = w.R.rows
    z = e.array(time, batch, 4 * n, name="z")
    seen.times(e, w.W, rows_of(z))
    h, c = (history(e, time, state, batch, n, name) for state, name in zip(states, "hc", strict=True))
    new = c.part(1, time + 1) if mask is None else e.array(time, batch, n, name="new")
    squashed = e.array(time, batch, n, name="squashed")
    covered = (z, h, c, packed(e, w.R), w.b, w.peepholes, *_mask(e, mask))
    e(k.lstm.lstm_forward, *covered[:7], new, squashed, hard, covered[7])
    return Steps(h, c, new, squashed, z)


def emit_steps_backward(e: Emitter, hard: int, w: Any, mask: Array | None, steps: Steps, dy: Array) -> Array:
    """Records the gradient of all pre-outputs."""
    time, batch, n = dy.shape
    dz = e.array(time, batch, 4 * n, name="dz")
    dproduct, dcell = e.array(batch, n, name="dproduct"), e.array(batch, n, name="dcell")
    over, masked = _mask(e, mask)
    leaks, looks = int(mask is not None and e.quirk(38)), int(w.dpeepholes is not None)
    arrays = (steps.gates, steps.squashed, steps.c, dy, packed(e, w.R.T), w.peepholes, over, dproduct, dcell, dz)
    e(k.lstm.lstm_backward, *arrays, hard, masked, leaks, looks)
    return dz


def packed(e: Emitter, W: Array) -> Array:
    """A matrix as the register tile takes it."""
    out = e.array(k.pack.packed_size(W.rows, W.columns), name="packed")
    e(k.pack.pack, W, out)
    return out


def _mask(e: Emitter, mask: Array | None) -> tuple[Array, int]:
    return (e.constant(np.ones((1, 1))), 0) if mask is None else (mask, 1)
