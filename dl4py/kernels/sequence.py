"""What all steps of a sequence do at once: products of the input, and gradients of a recurrent layer's weights.

Rows are those of ``[time, batch]``. Where each row of the input has a single 1, or nothing but 0, a product is a lookup
and its gradient adds rows up: the same numbers bit for bit, as the rest would be times 0. Threads take columns.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from dl4py.kernels import gemm, pack, tiling
from dl4py.kernels.jit import helper, kernel, native
from dl4py.kernels.tiling import DEEPEST, DEPTH

multiply, stripe = gemm.multiply, tiling.stripe
pack_panel, pitch_of, width_of = pack.pack_panel, pack.pitch_of, pack.width_of
COLUMNS = 96  # of the gradient that are summed at a time, in the second-level cache with some rows of the input


@kernel("r i -> r, one")
def one_hot(x, places, plain):
    """``places[r]`` is where row ``r`` has its 1, -1 where all is 0; `plain` is 1 where all rows are such, else 0."""
    plain[0] = 1
    for r in range(x.shape[0]):
        ones, others, place = 0.0, 0.0, 0
        for i in range(x.shape[1]):
            one = x[r, i] == 1.0
            ones += 1.0 if one else 0.0
            others += 0.0 if one or x[r, i] == 0.0 else 1.0
            place += i if one else 0
        if others > 0.0 or ones > 1.0:
            plain[0] = 0
            return
        places[r] = place if ones > 0.0 else -1


def by_columns(columns, threads):
    """Ranges of columns, whole vectors each."""
    whole = pack.WIDEST
    many = max(min(threads, columns // whole), 1)
    edges = [columns * i // many // whole * whole for i in range(many)] + [columns]
    return [slice(*edge) for edge in pairwise(edges)]


def cut_times(arrays, threads):
    """The product in parts, each with scratch of its own."""
    x, places, plain, W, scratch, z = arrays
    parts = by_columns(z.shape[1], min(threads, len(scratch)))
    return [(x, places, plain, W[:, part], scratch[i], z[:, part]) for i, part in enumerate(parts)]


def times_size(n_in: int) -> int:
    """Values of scratch that `times` needs for each thread."""
    return max((n_in + 1) * COLUMNS, DEEPEST * 3 * pack.WIDEST)


@native("r i, r, one, i o -> p s, r o", cut=cut_times)
def times(x, places, plain, W, scratch, z):
    """``z = x W``, by lookup where `plain`; `W` of any strides, `x` and `z` with values of a row next to each other."""
    strides = [n // z.itemsize for view in (x, W, z) for n in view.strides]
    arrays = (pack.flat(x), places, plain, pack.flat(W), scratch, pack.flat(z))
    return times_columns.bind(arrays, (strides[0], *strides[2:5], *x.shape, z.shape[1]))


@kernel("a, r, one, w -> s, o")
def times_columns(
    x, places, plain, W, scratch, z, x_row: int, W_row: int, W_column: int, z_row: int, rows: int, n_in: int,
    columns: int,
):  # fmt: skip
    """`times` on vectors that hold matrices; strides are in values."""
    if plain[0] == 0:
        multiply(x, W, scratch, z, z, x_row, 1, W_row, W_column, z_row, rows, n_in, columns, 0, -np.inf)
        return
    for left in range(0, columns, COLUMNS):
        wide = min(COLUMNS, columns - left)
        for o in range(wide):
            column = W[(left + o) * W_column :]
            for i in range(n_in):
                scratch[i * wide + o] = column[i * W_row]
            scratch[n_in * wide + o] = 0.0
        for r in range(rows):
            place = places[r] if places[r] >= 0 else n_in
            copy(scratch[place * wide : place * wide + wide], z[r * z_row + left : r * z_row + left + wide])


def cut_gradients(arrays, threads):
    """Gradients in parts, each with scratch of its own."""
    x, places, plain, h, dz, scratch, dW, dR, db = arrays
    parts = by_columns(dz.shape[1], min(threads, len(scratch)))
    return [
        (x, places, plain, h, dz[:, part], scratch[i], dW[:, part], dR[:, part], db[part])
        for i, part in enumerate(parts)
    ]


def gradients_size(rows: int) -> int:
    """Values of scratch that `gradients` needs for each thread, for as many rows of weights."""
    return rows * COLUMNS + DEPTH * 3 * pack.WIDEST


@native("r i, r, one, r n, r g -> p s, i g, n g, g", cut=cut_gradients)
def gradients(x, places, plain, h, dz, scratch, dW, dR, db):
    """``dW = x' dz``, ``dR = h' dz``, ``db = sum dz``; `x` counts as it is, or as `places` where `plain`."""
    dz_row = dz.strides[0] // dz.itemsize
    return gradients_columns.bind((x, places, plain, h, pack.flat(dz), scratch, dW, dR, db), (dz_row,))


@kernel("r i, r, one, r n, a -> s, i g, n g, g")
def gradients_columns(x, places, plain, h, dz, scratch, dW, dR, db, dz_row: int):
    """`gradients` for some columns: of so many at a time the sums stay in the cache, and of these of a panel."""
    rows, n_in, n = x.shape[0], x.shape[1], h.shape[1]
    panel = (n_in + n) * COLUMNS
    db[:] = 0.0
    left = 0
    while left < db.shape[0]:
        wide = min(COLUMNS, db.shape[0] - left)
        if plain[0]:
            for i in range(n_in * wide):
                scratch[i] = 0.0
            for r in range(rows):
                place = places[r] * wide
                if place >= 0:
                    add(dz[r * dz_row + left : r * dz_row + left + wide], scratch[place : place + wide])
        for start in range(0, rows, DEPTH):
            steps, column = min(DEPTH, rows - start), 0
            while column < wide:
                some = width_of(scratch, wide - column)
                pack_panel(dz, start * dz_row + left + column, dz_row, 1, scratch, panel, steps, some)
                if not plain[0]:
                    against(x, start, steps, scratch, panel, column, wide, some)
                against(h, start, steps, scratch, panel, n_in * wide + column, wide, some)
                add_up(scratch, panel, steps, some, db, left + column)
                column += some
        for o in range(wide):
            column_of_dW, column_of_dR = dW[:, left + o], dR[:, left + o]
            for i in range(n_in):
                column_of_dW[i] = scratch[i * wide + o]
            for i in range(n):
                column_of_dR[i] = scratch[(n_in + i) * wide + o]
        left += wide


@helper
def against(a, start, steps, scratch, panel, place, wide, some):
    """Adds ``a' dz`` of some rows and the columns of a panel to the sums at `place`."""
    n = a.shape[1]
    stripe(a, start * n, 1, n, None, 0, 1, steps, scratch, panel,
           scratch, place, wide, min(start, 1), scratch, place, wide, n, some)  # fmt: skip


@helper
def add_up(scratch, panel, steps, columns, db, place):
    """Adds the rows of a panel."""
    pitch = pitch_of(scratch, columns)
    for r in range(steps):
        at = panel + r * pitch
        add(scratch[at : at + columns], db[place : place + columns])


@helper
def copy(a, out):
    """``out = a``."""
    for i in range(out.shape[0]):
        out[i] = a[i]


@helper
def add(a, out):
    """``out += a``."""
    for i in range(out.shape[0]):
        out[i] += a[i]
