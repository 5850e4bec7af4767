"""Copies between views: columns, rows, transposes, looked-up rows."""

from __future__ import annotations

import numpy as np

from dl4py.kernels.jit import kernel, native


@native("b o -> b o")
def copy(a, out):
    """``out = a`` for matrices and their slices."""
    return np.copyto, (out, a)


@native("n -> n")
def copy_flat(a, out):
    """``out = a`` for vectors."""
    return np.copyto, (out, a)


@native("... -> ...")
def copy_any(a, out):
    """``out = a`` for arrays of one shape in any order."""
    return np.copyto, (out, a)


@kernel("b _, i o -> b o")
def lookup(index, table, out):
    """``out[n] = table[index[n, 0]]``: what a product with one-hot rows gives. An index outside the table gives NaN."""
    for n in range(index.shape[0]):
        row = int(index[n, 0])
        if 0 <= row < table.shape[0]:
            for j in range(out.shape[1]):
                out[n, j] = table[row, j]
        else:
            for j in range(out.shape[1]):
                out[n, j] = np.nan


@kernel("b _, b o -> i o")
def scatter(index, rows, table):
    """``table[index[n, 0]] += rows[n]`` from zero: the gradient of `lookup`."""
    table[:] = 0.0
    for n in range(index.shape[0]):
        row = int(index[n, 0])
        if 0 <= row < table.shape[0]:
            for j in range(rows.shape[1]):
                table[row, j] += rows[n, j]
