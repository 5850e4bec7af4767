"""Capsules: lengths squashed below 1, and routing by agreement.

Predictions are `[batch, input capsules, capsules, size]`, couplings and logits `[batch, input capsules, capsules]`,
capsules `[batch, capsules, size]`. Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules", 2017,
https://arxiv.org/abs/1710.09829.
"""

from __future__ import annotations

import math

from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel

exp = el.exp


@kernel("b c d -> b c d", split=True)
def squash(s, v):
    """``v = s |s|^2 / ((1 + |s|^2) sqrt(|s|^2 + 1e-5))``: the direction of s, a length below 1."""
    for n in range(s.shape[0]):
        for c in range(s.shape[1]):
            square = s.dtype.type(0.0)
            for d in range(s.shape[2]):
                square += s[n, c, d] * s[n, c, d]
            factor = square / ((1.0 + square) * math.sqrt(square + 1e-5))
            for d in range(s.shape[2]):
                v[n, c, d] = s[n, c, d] * factor


@kernel("b c d, b c d*", split=True)
def squash_backward(s, dv):
    """Turns ``dv`` into ``ds = dv f(q) + 2 s f'(q) (s . dv)`` with ``q = |s|^2`` and ``v = s f(q)``."""
    for n in range(s.shape[0]):
        for c in range(s.shape[1]):
            square = s.dtype.type(0.0)
            along = s.dtype.type(0.0)
            for d in range(s.shape[2]):
                square += s[n, c, d] * s[n, c, d]
                along += s[n, c, d] * dv[n, c, d]
            root = math.sqrt(square + 1e-5)
            factor = square / ((1.0 + square) * root)
            slope = 1.0 / ((1.0 + square) * (1.0 + square) * root) - 0.5 * factor / (square + 1e-5)
            for d in range(s.shape[2]):
                dv[n, c, d] = dv[n, c, d] * factor + 2.0 * s[n, c, d] * slope * along


@kernel("b i c, b i c d, c d -> b i c, b c d", split=True)
def route(logits, u, bias, coupling, s):
    """``coupling = softmax over c of logits``, ``s = sum_i coupling u + bias``."""
    for n in range(u.shape[0]):
        for c in range(u.shape[2]):
            for d in range(u.shape[3]):
                s[n, c, d] = bias[c, d]
        for i in range(u.shape[1]):
            most = logits[n, i, 0]
            for c in range(u.shape[2]):
                most = max(most, logits[n, i, c])
            total = u.dtype.type(0.0)
            for c in range(u.shape[2]):
                coupling[n, i, c] = exp(logits[n, i, c] - most)
                total += coupling[n, i, c]
            for c in range(u.shape[2]):
                coupling[n, i, c] /= total
                for d in range(u.shape[3]):
                    s[n, c, d] += coupling[n, i, c] * u[n, i, c, d]


@kernel("b i c d, b i c, b c d, b i c*, b i c d*", split=True)
def route_backward(u, coupling, ds, dlogits, du):
    """Adds to `dlogits` and `du` what comes back through one `route`."""
    for n in range(u.shape[0]):
        for i in range(u.shape[1]):
            mean = u.dtype.type(0.0)
            for c in range(u.shape[2]):
                along = u.dtype.type(0.0)
                for d in range(u.shape[3]):
                    along += ds[n, c, d] * u[n, i, c, d]
                    du[n, i, c, d] += ds[n, c, d] * coupling[n, i, c]
                dlogits[n, i, c] += coupling[n, i, c] * along
                mean += coupling[n, i, c] * along
            for c in range(u.shape[2]):
                dlogits[n, i, c] -= coupling[n, i, c] * mean


@kernel("b i c, b i c d, b c d -> b i c", split=True)
def agree(logits, u, v, out):
    """``out = logits + u . v``: predictions that agree with what came out count for more in the next round."""
    for n in range(u.shape[0]):
        for i in range(u.shape[1]):
            for c in range(u.shape[2]):
                along = logits[n, i, c]
                for d in range(u.shape[3]):
                    along += u[n, i, c, d] * v[n, c, d]
                out[n, i, c] = along


@kernel("b i c d, b c d, b i c, b i c d* -> b c d", split=True)
def agree_backward(u, v, dlogits, du, dv):
    """``dv = sum_i dlogits u``, and adds ``dlogits v`` to `du`."""
    for n in range(u.shape[0]):
        for c in range(u.shape[2]):
            for d in range(u.shape[3]):
                dv[n, c, d] = 0.0
        for i in range(u.shape[1]):
            for c in range(u.shape[2]):
                for d in range(u.shape[3]):
                    dv[n, c, d] += dlogits[n, i, c] * u[n, i, c, d]
                    du[n, i, c, d] += dlogits[n, i, c] * v[n, c, d]


@kernel("d b c -> b c")
def strength(x, y):
    """``y = sqrt(sum_d x^2)``: the length of each capsule."""
    for n in range(y.shape[0]):
        for c in range(y.shape[1]):
            square = x.dtype.type(0.0)
            for d in range(x.shape[0]):
                square += x[d, n, c] * x[d, n, c]
            y[n, c] = math.sqrt(square)


@kernel("d b c, b c, b c -> d b c")
def strength_backward(x, y, dy, dx):
    """``dx = dy x / y``; 0 for a capsule of length 0."""
    for d in range(x.shape[0]):
        for n in range(y.shape[0]):
            for c in range(y.shape[1]):
                dx[d, n, c] = dy[n, c] * x[d, n, c] / y[n, c] if y[n, c] > 0.0 else 0.0
