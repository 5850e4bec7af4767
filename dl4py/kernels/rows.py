"""Rows of matrices and flat vectors: add a row to each, sum, scale, mask, total."""

from __future__ import annotations

import numpy as np

from dl4py.kernels.jit import kernel


@kernel("b o*, o", split=True)
def add_row(z, row):
    """``z[i, j] += row[j]``."""
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            z[i, j] += row[j]


@kernel("b o -> o", ranges="o", work=1)
def sum_rows(z, out, first: int, last: int):
    """``out[j] = sum_i z[i, j]``."""
    low, high = np.uint64(first), np.uint64(last)  # with indices that cannot be negative the compiler makes vectors
    for j in range(low, high):
        out[j] = 0.0
    for i in range(z.shape[0]):
        for j in range(low, high):
            out[j] += z[i, j]


@kernel("b o, b o* -> o", ranges="o", work=1)
def sum_rows_above(y, dy, out, floor: float, first: int, last: int):
    """``dy = 0`` where `y` is not above `floor`, and ``out[j] = sum_i dy[i, j]``."""
    low, high = np.uint64(first), np.uint64(last)
    for j in range(low, high):
        out[j] = 0.0
    for i in range(y.shape[0]):
        for j in range(low, high):
            value = dy[i, j] if y[i, j] > floor else 0.0
            dy[i, j] = value
            out[j] += value


@kernel("b o -> k o", ranges="k")
def sum_blocks(z, out, first: int, last: int):
    """``out[k, j] = sum_i z[i, j]`` over as many blocks of rows as there are k: where rows are many and short."""
    blocks = out.shape[0]
    for k in range(first, last):
        for j in range(z.shape[1]):
            out[k, j] = 0.0
        sums = out[k]
        for i in range(z.shape[0] * k // blocks, z.shape[0] * (k + 1) // blocks):
            row = z[i]
            for j in range(sums.shape[0]):
                sums[j] += row[j]


@kernel("b o*, b _", split=True)
def mask_rows(z, mask):
    """``z[i, j] *= mask[i, 0]``; a mask of 0 gives 0 whatever it covers, NaN too."""
    for i in range(z.shape[0]):
        m = mask[i, 0]
        for j in range(z.shape[1]):
            z[i, j] = z[i, j] * m if m != 0.0 else 0.0


@kernel("n*, n", split=True)
def mask_elements(z, mask):
    """``z *= mask``; a mask of 0 gives 0 whatever it covers, NaN too."""
    for i in range(z.shape[0]):
        z[i] = z[i] * mask[i] if mask[i] != 0.0 else 0.0


@kernel("b o*, o", split=True)
def scale_columns(z, row):
    """``z[i, j] *= row[j]``."""
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            z[i, j] *= row[j]


@kernel("n*, n", split=True)
def add(a, b):
    """``a += b``."""
    for i in range(a.shape[0]):
        a[i] += b[i]


@kernel("n*, n", split=True)
def subtract(a, b):
    """``a -= b``."""
    for i in range(a.shape[0]):
        a[i] -= b[i]


@kernel("n*, n", split=True)
def multiply(a, b):
    """``a *= b``."""
    for i in range(a.shape[0]):
        a[i] *= b[i]


@kernel("n*", split=True)
def scale(a, factor: float):
    """``a *= factor``."""
    for i in range(a.shape[0]):
        a[i] *= factor


@kernel("-> n", split=True)
def fill(a, value: float):
    """``a = value``."""
    for i in range(a.shape[0]):
        a[i] = value


@kernel("n, one*")
def total(a, score):
    """``score += sum a``, summed in double."""
    s = np.float64(0.0)
    for i in range(a.shape[0]):
        s += np.float64(a[i])
    score[0] += s
