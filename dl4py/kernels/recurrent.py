"""Recurrent layers: the arithmetic of one time step, forward and backward, and time reversal.

An LSTM's pre-outputs and gates are ``[batch, 4 n]`` in DL4J's blocks ``i | f | o | g``: candidate, forget gate, output
gate, input gate. `peepholes` are ``[3, n]``: from the old cell to f, from the new cell to o, from the old cell to g.
"""

from __future__ import annotations

import numpy as np

from dl4py.kernels import elementary as el
from dl4py.kernels.jit import helper, kernel, native

sigmoid = el.sigmoid
tanh = el.tanh


@helper
def opened(x, hard):
    """How far a gate is open: the sigmoid, or its piecewise linear form ``min(1, max(0, 0.2 x + 0.5))``."""
    return min(1.0, max(0.0, 0.2 * x + 0.5)) if hard else sigmoid(x)


@helper
def slope(y, hard):
    """The derivative of `opened`, from its value."""
    if hard:
        return 0.2 if 0.0 < y < 1.0 else 0.0 * y
    return y * (1.0 - y)


@kernel("b g, b g, b n, three n -> b n, b n, b n", split=True)
def gates_in(z, product, before, peepholes, zi, zf, zg):
    """Pre-outputs of the candidate, the forget gate and the input gate, each an array of its own."""
    n = before.shape[1]
    for b in range(z.shape[0]):
        for j in range(n):
            zi[b, j] = z[b, j] + product[b, j]
            zf[b, j] = z[b, n + j] + product[b, n + j] + before[b, j] * peepholes[0, j]
            zg[b, j] = z[b, 3 * n + j] + product[b, 3 * n + j] + before[b, j] * peepholes[2, j]


@kernel("b n, b n, b n, b n, b g, b g, three n -> b n, b n", split=True)
def cell_step(i, f, g, before, z, product, peepholes, cell, zo):
    """``c = f c' + g i`` and the pre-output of the output gate."""
    n = i.shape[1]
    for b in range(i.shape[0]):
        for j in range(n):
            cell[b, j] = f[b, j] * before[b, j] + g[b, j] * i[b, j]
            zo[b, j] = z[b, 2 * n + j] + product[b, 2 * n + j] + cell[b, j] * peepholes[1, j]


@kernel("b n, b n -> b n", split=True)
def hadamard(a, b, out):
    """``out = a b``, element by element."""
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i, j] = a[i, j] * b[i, j]


@kernel("b n, b n, b n, b n -> b n, b n", split=True)
def hidden_backward(dh, dproduct, o, squashed, do, dsquashed):
    """Gradients of both factors of ``h = o s``, that of ``h`` being `dh` plus `dproduct`."""
    for b in range(dh.shape[0]):
        for j in range(dh.shape[1]):
            d = dh[b, j] + dproduct[b, j]
            do[b, j] = d * squashed[b, j]
            dsquashed[b, j] = d * o[b, j]


@kernel("b n, b n, b n, b n, b n, b n, three n, b n* -> b n, b n, b n", split=True)
def cell_backward(dsquashed, dzo, i, f, g, before, peepholes, dcell, di, df, dg):
    """Gradients of candidate, forget gate and input gate; `dcell` becomes ``dc f``."""
    for b in range(i.shape[0]):
        for j in range(i.shape[1]):
            dc = dcell[b, j] + dsquashed[b, j] + dzo[b, j] * peepholes[1, j]
            di[b, j] = dc * g[b, j]
            df[b, j] = dc * before[b, j]
            dg[b, j] = dc * i[b, j]
            dcell[b, j] = dc * f[b, j]


@kernel("b g, three n, b n*", split=True)
def peepholes_backward(dz, peepholes, dcell):
    """Adds to the old cell's gradient what comes back through its peepholes."""
    n = dcell.shape[1]
    for b in range(dz.shape[0]):
        for j in range(n):
            dcell[b, j] += dz[b, n + j] * peepholes[0, j] + dz[b, 3 * n + j] * peepholes[2, j]


@kernel("b n, b n, b n, b n -> b g", split=True)
def gates_back(dzi, dzf, dzo, dzg, dz):
    """Joins the gradients of the pre-outputs."""
    n = dzi.shape[1]
    for b in range(dzi.shape[0]):
        for j in range(n):
            dz[b, j] = dzi[b, j]
            dz[b, n + j] = dzf[b, j]
            dz[b, 2 * n + j] = dzo[b, j]
            dz[b, 3 * n + j] = dzg[b, j]


@kernel("r n, r n, r g -> n, n, n")
def peephole_gradients(before, after, dz, forget, output, input):
    """Sums over all rows of steps and examples: ``c' df``, ``c do``, ``c' dg``."""
    n = before.shape[1]
    forget[:] = 0.0
    output[:] = 0.0
    input[:] = 0.0
    for r in range(before.shape[0]):
        for j in range(n):
            forget[j] += before[r, j] * dz[r, n + j]
            output[j] += after[r, j] * dz[r, 2 * n + j]
            input[j] += before[r, j] * dz[r, 3 * n + j]


@kernel("b n*, b n -> b n", split=True)
def tanh_step(z, product, h):
    """``h = tanh(z + product)``, a step of a simple recurrent layer; `z` keeps it too, as masks change `h`."""
    for b in range(z.shape[0]):
        for j in range(z.shape[1]):
            z[b, j] = tanh(z[b, j] + product[b, j])
            h[b, j] = z[b, j]


@kernel("b n, b n, b n -> b n", split=True)
def tanh_step_backward(y, dh, dproduct, dz):
    """``dz = (dh + dproduct) (1 - y^2)``."""
    for b in range(y.shape[0]):
        for j in range(y.shape[1]):
            dz[b, j] = (dh[b, j] + dproduct[b, j]) * (1.0 - y[b, j] * y[b, j])


@kernel("b n, b one -> b n", split=True)
def masked(a, mask, out):
    """``out[b] = a[b] mask[b]``; a mask of 0 gives 0 whatever it covers, NaN too."""
    for b in range(a.shape[0]):
        m = mask[b, 0]
        for j in range(a.shape[1]):
            out[b, j] = a[b, j] * m if m != 0.0 else 0.0


@native("..., ... -> ...")
def cover(a, mask, out):
    """`masked` for images: the mask has one channel, and one row or column where it holds for all."""
    return _cover, (a, mask, out)


def _cover(a, mask, out):
    out[:] = 0.0
    np.multiply(a, mask, out=out, where=mask != 0.0)


@kernel("t b n -> t b one")
def some_differ(x, mask, value: float):
    """``mask[t, b] = 0`` where all features of a step equal `value`, else 1."""
    for t in range(x.shape[0]):
        for b in range(x.shape[1]):
            mask[t, b, 0] = 0.0
            for j in range(x.shape[2]):
                if x[t, b, j] != value:
                    mask[t, b, 0] = 1.0


@native("t b n -> t b n")
def reverse(a, out):
    """``out[t] = a[T - 1 - t]``."""
    return np.copyto, (out, a[::-1])


@native("t b -> t b")
def reverse_mask(a, out):
    """``out[t] = a[T - 1 - t]`` for a mask."""
    return np.copyto, (out, a[::-1])


@kernel("t b, t b n -> b n")
def last_step(mask, x, out):
    """The last step of each example whose mask is not 0; step 0 where none is left."""
    for b in range(x.shape[1]):
        last = 0
        for t in range(x.shape[0]):
            if mask[t, b] != 0.0:
                last = t
        for j in range(x.shape[2]):
            out[b, j] = x[last, b, j]


@kernel("t b, b n -> t b n")
def last_step_backward(mask, dy, dx):
    """Puts each example's gradient at its last unmasked step, 0 elsewhere."""
    dx[:] = 0.0
    for b in range(dx.shape[1]):
        last = 0
        for t in range(dx.shape[0]):
            if mask[t, b] != 0.0:
                last = t
        for j in range(dx.shape[2]):
            dx[last, b, j] = dy[b, j]


@native("b n -> t b n")
def repeat(x, out):
    """``out[t] = x`` for each step."""
    return np.copyto, (out, x)


@kernel("t b n -> b n")
def sum_steps(a, out):
    """``out = sum_t a[t]``."""
    out[:] = 0.0
    for t in range(a.shape[0]):
        for b in range(a.shape[1]):
            for j in range(a.shape[2]):
                out[b, j] += a[t, b, j]
