"""Pooling over windows: maximum, sum and mean, p-norm, each with its backward.

Arrays are `[batch, places, channels]`, whatever the rank of the image. `table [out, window]` names the places that each
window looks at, -1 where one lies outside; `places` makes it from the window's geometry.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dl4py.kernels.jit import Instruction, helper, kernel

largest, given_to_largest = (Instruction(name, "peaks") for name in ("largest", "given_to_largest"))
VECTOR = 16  # channels that fill a vector on any machine


def places(
    sizes: Sequence[int],
    outputs: Sequence[int],
    window: Sequence[int],
    stride: Sequence[int],
    pad: Sequence[int],
    dilation: Sequence[int],
) -> np.ndarray:
    """The table of windows: along an axis window ``o`` looks at ``stride o - pad + dilation u`` for each ``u``.

    Windows and places are counted with the last axis fastest; `pad` is what lies before the first place.
    """
    table = np.zeros((1, 1), np.int64)
    for size, out, k, s, p, d in zip(sizes, outputs, window, stride, pad, dilation, strict=True):
        at = s * np.arange(out)[:, None] - p + d * np.arange(k)[None, :]
        at = np.where((at >= 0) & (at < size), at, -1)
        joint = table[:, None, :, None] * size + at[None, :, None, :]
        table = np.where((table[:, None, :, None] < 0) | (at[None, :, None, :] < 0), -1, joint)
        table = table.reshape(table.shape[0] * out, -1)
    return table


@helper
def power(x, p):
    """``x^p`` for a whole ``p >= 0``."""
    out = x * 0.0 + 1.0
    for _ in range(p):
        out *= x
    return out


@kernel("b _ n, o w -> b o n", split=True)
def maximum(x, table, y):
    """``y = max x`` over each window, NaN where it holds one; 0 where all of a window lies outside."""
    for b in range(y.shape[0]):
        for o in range(y.shape[1]):
            most = y[b, o]
            empty = True
            for u in range(table.shape[1]):
                at = table[o, u]
                if at < 0:
                    continue
                row = x[b, at]
                if empty:
                    for c in range(most.shape[0]):
                        most[c] = row[c]
                else:
                    for c in range(most.shape[0]):
                        most[c] = row[c] if row[c] > most[c] or row[c] != row[c] else most[c]
                empty = False
            if empty:
                for c in range(most.shape[0]):
                    most[c] = 0.0


@kernel("b i n, o w, b o n, b o n* -> b i n", split=True)
def maximum_backward(x, table, y, dy, dx):
    """Gives ``dy`` to the first place of each window that holds the maximum; leaves 0 in ``dy``."""
    dx[:] = 0.0
    for b in range(y.shape[0]):
        for o in range(y.shape[1]):
            most, given = y[b, o], dy[b, o]
            for u in range(table.shape[1]):
                at = table[o, u]
                if at < 0:
                    continue
                row, target = x[b, at], dx[b, at]
                for c in range(most.shape[0]):  # without a branch the compiler makes vectors
                    held = row[c] == most[c]
                    target[c] += given[c] if held else 0.0
                    given[c] = 0.0 if held else given[c]


@kernel("b _ n, o w -> b o n", split=True, work=2)
def maximum_whole(x, table, y):
    """`maximum` where all of each window lies inside and channels fill a vector."""
    channels, taps = y.shape[2], table.shape[1]
    for b in range(y.shape[0]):
        for o in range(y.shape[1]):
            at = (b * y.shape[1] + o) * channels
            largest(x, b * x.shape[1] * channels, table, o * taps, taps, y, at, channels)


@kernel("b i n, o w, b o n, b o n -> b i n", split=True, work=2)
def maximum_whole_backward(x, table, y, dy, dx, covered: bool):
    """`maximum_backward` where, besides, no place is in two windows; `covered` where each is in one."""
    channels, taps = y.shape[2], table.shape[1]
    if not covered:
        dx[:] = 0.0
    for b in range(y.shape[0]):
        for o in range(y.shape[1]):
            at = (b * y.shape[1] + o) * channels
            given_to_largest(x, b * x.shape[1] * channels, table, o * taps, taps, y, dy, at, dx, channels)


@kernel("b _ n, o w, o -> b o n", split=True)
def weighted_sum(x, table, share, y):
    """``y[o] = share[o] sum x`` over each window: the sum, or with ``share = 1 / places`` the mean."""
    for b in range(y.shape[0]):
        for o in range(y.shape[1]):
            for c in range(y.shape[2]):
                y[b, o, c] = 0.0
            for u in range(table.shape[1]):
                at = table[o, u]
                if at < 0:
                    continue
                for c in range(y.shape[2]):
                    y[b, o, c] += x[b, at, c]
            for c in range(y.shape[2]):
                y[b, o, c] *= share[o]


@kernel("b o n, o w, o -> b i n", split=True)
def weighted_sum_backward(dy, table, share, dx):
    """``dx = sum share dy`` over the windows that look at a place."""
    dx[:] = 0.0
    for b in range(dy.shape[0]):
        for o in range(dy.shape[1]):
            for u in range(table.shape[1]):
                at = table[o, u]
                if at < 0:
                    continue
                for c in range(dy.shape[2]):
                    dx[b, at, c] += share[o] * dy[b, o, c]


@kernel("b _ n, o w -> b o n", split=True)
def p_norm(x, table, y, p: int):
    """``y = (sum |x|^p)^(1/p)`` over each window."""
    root = x.dtype.type(1.0) / x.dtype.type(p)
    for b in range(y.shape[0]):
        for o in range(y.shape[1]):
            for c in range(y.shape[2]):
                y[b, o, c] = 0.0
            for u in range(table.shape[1]):
                at = table[o, u]
                if at < 0:
                    continue
                for c in range(y.shape[2]):
                    y[b, o, c] += power(abs(x[b, at, c]), p)
            for c in range(y.shape[2]):
                y[b, o, c] = y[b, o, c] ** root


@kernel("b i n, o w, b o n, b o n -> b i n", split=True)
def p_norm_backward(x, table, y, dy, dx, p: int):
    """``dx = dy sign(x) (|x| / y)^(p - 1)``; 0 where the norm is 0."""
    dx[:] = 0.0
    for b in range(y.shape[0]):
        for o in range(y.shape[1]):
            for u in range(table.shape[1]):
                at = table[o, u]
                if at < 0:
                    continue
                for c in range(y.shape[2]):
                    a = x[b, at, c]
                    norm = y[b, o, c]
                    if norm != 0.0:
                        dx[b, at, c] += dy[b, o, c] * np.sign(a) * power(abs(a) / norm, p - 1)
