"""Matrix products on views, through NumPy's BLAS or the register tile; the one door to products."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from dl4py.kernels import pack
from dl4py.kernels.jit import helper, kernel, native
from dl4py.kernels.tiling import DEPTH, stripe

pack_panel, width_of = pack.pack_panel, pack.width_of
HEIGHT = 240  # rows of `a` that stay in the second-level cache while panel after panel meets them


LARGE = 1 << 17  # multiplications from which it is worth to meet other threads


def cut(arrays, threads):
    """Parts of a product: columns of the output, so that each panel of `b` is packed once, or rows where it is narrow.

    The output is seen with its columns next to each other. Each value is a sum in one order, wherever the cuts are.
    """
    from dl4py.kernels.vector import BYTES

    a, b, out = arrays
    many = min(threads, out.size * a.shape[1] // LARGE + 1)
    if many == 1:
        return [arrays]
    if abs(out.strides[1]) > abs(out.strides[0]):
        return [(b.T, a.T, out.T) for a, b, out in cut((b.T, a.T, out.T), threads)]
    whole = BYTES // out.itemsize  # columns of a vector
    by_columns = out.shape[1] >= 4 * whole * many
    size, whole = (out.shape[1], whole) if by_columns else (out.shape[0], 4)
    edges = [size * i // many // whole * whole for i in range(many)] + [size]
    parts = [slice(*edge) for edge in pairwise(edges) if edge[0] < edge[1]]
    return [(a, b[:, part], out[:, part]) if by_columns else (a[part], b, out[part]) for part in parts]


@native("b i, i o -> b o", cut=cut)
def matmul(a, b, out):
    """``out = a b``, by the register tile; views of any strides."""
    return tiled(a, b, out)


@native("b i, i o, b o*", cut=cut)
def add_matmul(a, b, out):
    """``out += a b``, by the register tile."""
    return tiled(a, b, out, add=True)


@native("p q b i, p q i o -> p q b o")
def products(a, b, out):
    """``out[p, q] = a[p, q] b[p, q]``: a product for each place, views passed as they are."""
    return np.matmul, (a, b, out)


def tiled(a, b, out, *, add=False):
    """`product` bound to views of any strides, of which `out` has the values of a row or of a column together."""
    if abs(out.strides[1]) > abs(out.strides[0]):
        a, b, out = b.T, a.T, out.T
    assert out.strides[1] == out.itemsize or out.shape[1] == 1, "values of a row are next to each other"
    scratch = np.empty(DEPTH * 3 * pack.WIDEST, out.dtype)
    strides = [n // out.itemsize for view in (a, b, out) for n in view.strides]
    return product.bind(
        (pack.flat(a), pack.flat(b), scratch, pack.flat(out)), (*strides[:5], *a.shape, b.shape[1], int(add))
    )


@kernel("a, b, s -> o")
def product(
    a, b, scratch, out, a_row: int, a_step: int, b_step: int, b_column: int, out_row: int,
    rows: int, depth: int, columns: int, add: int,
):  # fmt: skip
    """``out (+)= a b`` on vectors that hold matrices; strides are in values."""
    multiply(a, b, scratch, out, a_row, a_step, b_step, b_column, out_row, rows, depth, columns, add)


@helper
def multiply(a, b, scratch, out, a_row, a_step, b_step, b_column, out_row, rows, depth, columns, add):
    """`product`, for kernels that do more."""
    for above in range(0, rows, HEIGHT):
        for start in range(0, depth, DEPTH):
            steps = min(DEPTH, depth - start)
            begun = 1 if start > 0 else add
            left = 0
            while left < columns:
                some = width_of(out, columns - left)
                pack_panel(b, start * b_step + left * b_column, b_step, b_column, scratch, 0, steps, some)
                place = above * out_row + left
                stripe(a, above * a_row + start * a_step, a_row, a_step, None, 0, 1, steps, scratch, 0,
                       out, place, out_row, begun, out, place, out_row, min(HEIGHT, rows - above), some)  # fmt: skip
                left += some
