"""Weights in the order of the register tile: panels two vectors wide, the rows of each one behind the other.

Panel ``p`` of a matrix with `rows` rows begins ``p rows width`` values behind the first; columns that a matrix lacks
are 0.
"""

from __future__ import annotations

import numpy as np

from dl4py.kernels.jit import Instruction, helper, kernel, native

panel, carry, turn = map(Instruction, ("panel", "carry", "turn"))
WIDEST = 32  # columns of the widest panel; the width of the machine is known when a kernel is compiled


def packed_size(rows: int, columns: int) -> int:
    """Values of a packed matrix on any machine."""
    return rows * -(-columns // WIDEST) * WIDEST


@native("i o -> s")
def pack(a, out):
    """All panels of ``a``, a view of any strides."""
    strides = [n // a.itemsize for n in a.strides]
    return pack_panels.bind((flat(a), out), (*strides, *a.shape))


def flat(view):
    """All memory from a view's first value to its last as one vector, so that kernels meet one type of array."""
    last = sum((size - 1) * stride for size, stride in zip(view.shape, view.strides, strict=True))
    return np.lib.stride_tricks.as_strided(view, (last // view.itemsize + 1,), (view.itemsize,))


@kernel("a -> s")
def pack_panels(a, out, row: int, column: int, rows: int, columns: int):
    """`pack` on the memory of a matrix."""
    width = panel(out)
    for left in range(0, columns, width):
        pack_panel(a, left * column, row, column, out, left * rows, rows, min(width, columns - left))


@helper
def pack_panel(a, start, row, column, out, out_start, rows, columns):
    """One panel of the matrix that begins at `start` of a vector, its strides counted in values."""
    width = panel(out)
    if column == 1:
        carry(a, start, row, out, out_start, rows, columns)
        return
    square = width // 2
    done = 0
    if row == 1 and columns == width:
        done = rows // square * square
        turn(a, start, column, out, out_start, rows // square)
        turn(a, start + square * column, column, out, out_start + square, rows // square)
    for r in range(done, rows):
        for c in range(columns):
            out[out_start + r * width + c] = a[start + r * row + c * column]
        for c in range(columns, width):
            out[out_start + r * width + c] = 0.0
