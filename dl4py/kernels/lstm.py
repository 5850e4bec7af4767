"""All steps of an LSTM in one kernel, forward and backward: recurrent products from the tile, gates, masks.

Pre-outputs and gates are ``[time, batch, 4 n]`` in DL4J's blocks ``i | f | o | g``: candidate, forget gate, output
gate, input gate. `peepholes` are ``[3, n]``: from the old cell to f, from the new cell to o, from the old cell to g.
Examples are independent, so threads take parts of the batch through all steps. Graves, "Supervised Sequence Labelling
with Recurrent Neural Networks", 2012, chapter 4.
"""

from __future__ import annotations

from dl4py.kernels import elementary as el
from dl4py.kernels import recurrent, tiling
from dl4py.kernels.jit import helper, kernel

tanh, opened, slope, times_packed = el.tanh, recurrent.opened, recurrent.slope, tiling.times_packed


@kernel("t b g*, u b n*, u b n*, s, g, three n, _ _ -> t b n, t b n", ranges="b")
def lstm_forward(z, h, c, packed, bias, peepholes, mask, new, squashed, hard: int, masked: int, first: int, last: int):
    """``z = x W + h' R + b``, ``c = f c' + g i``, ``h = o tanh(c)``; `z` brings ``x W`` and takes the gates.

    Step ``t`` goes from ``h[t]``, ``c[t]`` to ``h[t + 1]``, ``c[t + 1]``. `new` takes the cells before the mask
    (without one it is ``c[1:]`` itself), `squashed` their hyperbolic tangent.
    """
    batch, n = z.shape[1], h.shape[2]
    for t in range(z.shape[0]):
        row = t * batch + first
        times_packed(h, row * n, n, packed, z, row * 4 * n, last - first, 4 * n, 1)
        for b in range(first, last):
            gates(z[t, b], bias, c[t, b], peepholes, new[t, b], squashed[t, b], h[t + 1, b], hard)
            if masked:
                cover(new[t, b], mask[t, b], c[t + 1, b])
                cover(h[t + 1, b], mask[t, b], h[t + 1, b])


@helper
def gates(z, bias, before, peepholes, new, squashed, h, hard):
    """One step of one example: a loop for each gate, over few arrays, as the compiler makes vectors of these."""
    n = h.shape[0]
    for j in range(n):
        z[j] = tanh(z[j] + bias[j])
    for j in range(n):
        z[n + j] = opened(z[n + j] + bias[n + j] + before[j] * peepholes[0, j], hard)
    for j in range(n):
        z[3 * n + j] = opened(z[3 * n + j] + bias[3 * n + j] + before[j] * peepholes[2, j], hard)
    for j in range(n):
        new[j] = z[n + j] * before[j] + z[3 * n + j] * z[j]
    for j in range(n):
        z[2 * n + j] = opened(z[2 * n + j] + bias[2 * n + j] + new[j] * peepholes[1, j], hard)
    for j in range(n):
        squashed[j] = tanh(new[j])
    for j in range(n):
        h[j] = z[2 * n + j] * squashed[j]


@helper
def cover(a, m, out):
    """``out = a m``; a mask of 0 gives 0 whatever it covers, NaN too."""
    for j in range(a.shape[0]):
        out[j] = a[j] * m if m != 0.0 else 0.0


@kernel("t b g, t b n, u b n, t b n*, s, three n, _ _, b n*, b n* -> t b g", ranges="b")
def lstm_backward(
    gates, squashed, c, dh, packed, peepholes, mask, dproduct, dcell, dz,
    hard: int, masked: int, leaks: int, looks: int, first: int, last: int,
):  # fmt: skip
    """Gradients of the pre-outputs from those of ``h``, last step first; `packed` is ``R'``.

    Where it `leaks`, a mask covers neither `dh` nor what comes from the step after, as in DL4J; `looks` says whether
    there are peepholes.
    """
    time, batch, n = squashed.shape
    for b in range(first, last):
        for j in range(n):
            dproduct[b, j] = 0.0
            dcell[b, j] = 0.0
    for t in range(time - 1, -1, -1):
        for b in range(first, last):
            if masked and not leaks:
                cover(dh[t, b], mask[t, b], dh[t, b])
                cover(dproduct[b], mask[t, b], dproduct[b])
                cover(dcell[b], mask[t, b], dcell[b])
            for j in range(n):
                dproduct[b, j] += dh[t, b, j]
            gates_back(gates[t, b], squashed[t, b], c[t, b], c[t + 1, b], peepholes, dproduct[b], dcell[b], dz[t, b],
                       hard, leaks)  # fmt: skip
            if leaks and looks:
                cover(dz[t, b], mask[t, b], dz[t, b])
            if looks:
                for j in range(n):
                    dcell[b, j] += dz[t, b, n + j] * peepholes[0, j] + dz[t, b, 3 * n + j] * peepholes[2, j]
        if t:
            times_packed(dz, (t * batch + first) * 4 * n, 4 * n, packed, dproduct, first * n, last - first, n, 0)


@helper
def gates_back(gates, squashed, before, after, peepholes, dh, dc, dz, hard, leaks):
    """One step of one example; `dc` becomes ``dc f``, what the old cell gets but for its peepholes.

    The slope of ``tanh(c)`` is taken at the masked cell `after` where it `leaks`.
    """
    n = dh.shape[0]
    for j in range(n):
        dz[2 * n + j] = dh[j] * squashed[j] * slope(gates[2 * n + j], hard)
    if leaks:
        for j in range(n):
            bent = tanh(after[j])
            dc[j] += dh[j] * gates[2 * n + j] * (1.0 - bent * bent) + dz[2 * n + j] * peepholes[1, j]
    else:
        for j in range(n):
            dc[j] += dh[j] * gates[2 * n + j] * (1.0 - squashed[j] * squashed[j]) + dz[2 * n + j] * peepholes[1, j]
    for j in range(n):
        dz[n + j] = dc[j] * before[j] * slope(gates[n + j], hard)
    for j in range(n):
        dz[3 * n + j] = dc[j] * gates[j] * slope(gates[3 * n + j], hard)
    for j in range(n):
        dz[j] = dc[j] * gates[3 * n + j] * (1.0 - gates[j] * gates[j])
    for j in range(n):
        dc[j] *= gates[n + j]
