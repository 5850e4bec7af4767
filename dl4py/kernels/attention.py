"""Scaled dot products of queries and keys over heads, with masks of the keys.

Arrays of a sequence are `[time, batch, heads * size]`, head after head; weights are `[batch, heads, queries, keys]`.
Vaswani et al., "Attention Is All You Need", 2017, section 3.2, https://arxiv.org/abs/1706.03762.
"""

from __future__ import annotations

import numpy as np

from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel, native

exp = el.exp


def by_head(a: np.ndarray, heads: int) -> np.ndarray:
    """The view `[batch, heads, time, size]`."""
    time, batch, n = a.shape
    return a.reshape(time, batch, heads, n // heads).transpose(1, 2, 0, 3)


@native("t b n, s b n -> b h t s")
def compare(q, k, out):
    """``out[b, h, t, s] = sum_d q[t, b, h, d] k[s, b, h, d]``."""
    heads = out.shape[1]
    return np.matmul, (by_head(q, heads), by_head(k, heads).swapaxes(2, 3), out)


@native("b h t s, s b m -> t b m")
def gather(weights, v, out):
    """``out[t, b, h, d] = sum_s weights[b, h, t, s] v[s, b, h, d]``."""
    heads = weights.shape[1]
    return np.matmul, (weights, by_head(v, heads), by_head(out, heads))


@native("b h t s, t b m -> s b m")
def give_back(weights, u, out):
    """``out[s, b, h, d] = sum_t weights[b, h, t, s] u[t, b, h, d]``: the transpose of `gather`."""
    heads = weights.shape[1]
    return np.matmul, (weights.swapaxes(2, 3), by_head(u, heads), by_head(out, heads))


@kernel("b h t s*, b s", split=True)
def softmax(a, mask, scale: float):
    """Softmax over the keys of ``scale a + (mask - 1) 10^9``, in place; a row whose keys are all covered is even."""
    for n in range(a.shape[0]):
        for h in range(a.shape[1]):
            for t in range(a.shape[2]):
                row = a[n, h, t]
                most = -np.inf
                for s in range(row.shape[0]):
                    row[s] *= scale
                    if mask[n, s] != 1.0:  # without this branch the compiler adds 1e9 to all scores and takes it off
                        row[s] += (mask[n, s] - 1.0) * 1e9
                    most = max(most, row[s])
                total = row.dtype.type(0.0)
                for s in range(row.shape[0]):
                    row[s] = exp(row[s] - most)
                    total += row[s]
                for s in range(row.shape[0]):
                    row[s] /= total


@kernel("b h t s, b h t s*", split=True)
def softmax_backward(a, da, scale: float):
    """``da = scale a (da - sum_s a da)``, in place."""
    for n in range(a.shape[0]):
        for h in range(a.shape[1]):
            for t in range(a.shape[2]):
                total = a.dtype.type(0.0)
                for s in range(a.shape[3]):
                    total += a[n, h, t, s] * da[n, h, t, s]
                for s in range(a.shape[3]):
                    da[n, h, t, s] = scale * a[n, h, t, s] * (da[n, h, t, s] - total)
