"""Weights in the order of the register tile: panels two vectors wide, the rows of each one behind the other.

The last panel takes three vectors where an odd number is left, and one where there is no more. Panel ``p`` of a matrix
with `rows` rows begins ``p rows width`` values behind the first; columns that a matrix lacks are 0.
"""

from __future__ import annotations

import numpy as np

from dl4py.kernels.jit import Instruction, helper, kernel, native

lanes, carry, turn = map(Instruction, ("lanes", "carry", "turn"))
WIDEST = 16  # lanes of the widest vector; the width of the machine is known when a kernel is compiled


def packed_size(rows: int, columns: int) -> int:
    """Values of a packed matrix on any machine."""
    return rows * -(-columns // WIDEST) * WIDEST


@helper
def width_of(out, columns):
    """Columns of the next panel where `columns` are left: two vectors, or all where that is not more than three."""
    return columns if columns <= 3 * lanes(out) else 2 * lanes(out)


@helper
def pitch_of(out, columns):
    """Values from a row of a panel to the next: whole vectors."""
    return -(-columns // lanes(out)) * lanes(out)


@native("i o -> s", ranges="i", work=2)
def pack(a, out, first=0, last=None):
    """All panels of ``a``, a view of any strides, or some rows of each."""
    strides = [n // a.itemsize for n in a.strides]
    return pack_panels.bind((flat(a), out), (*strides, *a.shape, first, a.shape[0] if last is None else last))


def flat(view):
    """All memory from a view's first value to its last as one vector, so that kernels meet one type of array."""
    last = sum((size - 1) * stride for size, stride in zip(view.shape, view.strides, strict=True))
    return np.lib.stride_tricks.as_strided(view, (last // view.itemsize + 1,), (view.itemsize,))


@kernel("a -> s")
def pack_panels(a, out, row: int, column: int, rows: int, columns: int, first: int, last: int):
    """`pack` on the memory of a matrix."""
    left = 0
    while left < columns:
        some = width_of(out, columns - left)
        at = left * rows + first * pitch_of(out, some)
        pack_panel(a, first * row + left * column, row, column, out, at, last - first, some)
        left += some


@helper
def pack_panel(a, start, row, column, out, out_start, rows, columns):
    """One panel of the matrix that begins at `start` of a vector, its strides counted in values."""
    square, pitch = lanes(out), pitch_of(out, columns)
    if column == 1:
        carry(a, start, row, out, out_start, rows, columns, pitch)
        return
    for left in range(0, pitch, square):
        done = 0
        if row == 1 and columns - left >= square:
            done = rows // square * square
            turn(a, start + left * column, column, out, out_start + left, rows // square, pitch)
        for r in range(done, rows):
            for c in range(left, min(left + square, columns)):
                out[out_start + r * pitch + c] = a[start + r * row + c * column]
            for c in range(columns, left + square):
                out[out_start + r * pitch + c] = 0.0
