"""Matrix products on views by the register tile; the one door to products."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np

from dl4py.kernels import pack
from dl4py.kernels.jit import helper, kernel, native
from dl4py.kernels.tiling import DEEPEST, pass_of, stripe

pack_panel, width_of = pack.pack_panel, pack.width_of
HEIGHT = 240  # rows of `a` that stay in the second-level cache while panel after panel meets them


LARGE = 1 << 17  # multiplications from which it is worth to meet other threads
SHARES, EACH = 4, 1 << 22  # parts for each thread, and multiplications that each of them has


def cut(arrays, threads):
    """Parts of a product: columns of the output, so that each panel of `b` is packed once, or rows where it is narrow.

    The output is seen with its columns next to each other. Each value is a sum in one order, wherever the cuts are.
    """
    a, b, out = arrays
    if abs(out.strides[1]) > abs(out.strides[0]):
        parts = cut((b.T, a.T, out.T), threads)
        return [(b.T, a.T, out.T) for a, b, out in parts] if len(parts) > 1 else [arrays]
    rows, columns = areas(a, b, threads, out.itemsize)
    parts = [(a[i], b[:, j], out[i, j]) for i in rows for j in columns]
    return parts if len(parts) > 1 else [arrays]


def areas(a, b, threads, itemsize):
    """The rows and the columns of the parts of a product."""
    from dl4py.kernels.processor import BYTES

    rows, columns = a.shape[0], b.shape[1]
    work = rows * columns * a.shape[1]
    many = 1 if threads == 1 else max(min(threads, work // LARGE + 1), min(SHARES * threads, work // EACH))
    whole = BYTES // itemsize  # columns of a vector
    if columns >= 4 * whole * many:
        return [slice(rows)], _parts(columns, many, whole)
    return _parts(rows, many, 4), [slice(columns)]


def _parts(size, many, whole):
    edges = [size * i // many // whole * whole for i in range(many)] + [size]
    return [slice(*edge) for edge in pairwise(edges) if edge[0] < edge[1]]


def cut_affine(arrays, threads):
    """Parts of `affine`."""
    a, b, row, out = arrays
    rows, columns = areas(a, b, threads, out.itemsize)
    return [(a[i], b[:, j], row[j], out[i, j]) for i in rows for j in columns]


@native("b i, i o -> b o", cut=cut)
def matmul(a, b, out):
    """``out = a b``, by the register tile; views of any strides."""
    return tiled(a, b, out)


@native("b i, i o, b o*", cut=cut)
def add_matmul(a, b, out):
    """``out += a b``, by the register tile."""
    return tiled(a, b, out, add=True)


@native("b i, i o, o -> b o", cut=cut_affine)
def affine(a, b, row, out, floor=-inf):
    """``out = max(a b + row, floor)``, by the register tile; values of a row of `out` are next to each other."""
    return tiled(a, b, out, row=row, floor=floor)


@native("p q b i, p q i o -> p q b o")
def products(a, b, out):
    """``out[p, q] = a[p, q] b[p, q]``: a product for each place, views passed as they are."""
    return np.matmul, (a, b, out)


def tiled(a, b, out, *, row=None, add=False, floor=-inf):
    """`product` bound to views of any strides, of which `out` has the values of a row or of a column together."""
    if row is None and abs(out.strides[1]) > abs(out.strides[0]):
        a, b, out = b.T, a.T, out.T
    assert out.strides[1] == out.itemsize or out.shape[1] == 1, "values of a row are next to each other"
    scratch = np.empty(DEEPEST * 3 * pack.WIDEST, out.dtype)
    strides = [n // out.itemsize for view in (a, b, out) for n in view.strides]
    begun = 2 if row is not None else int(add)
    base = pack.flat(out[0]) if row is None else pack.flat(row)
    arrays = (pack.flat(a), pack.flat(b), scratch, base, pack.flat(out))
    return product.bind(arrays, (*strides[:5], *a.shape, b.shape[1], begun, float(floor)))


@kernel("a, b, s, c -> o")
def product(
    a, b, scratch, row, out, a_row: int, a_step: int, b_step: int, b_column: int, out_row: int,
    rows: int, depth: int, columns: int, begun: int, floor: float,
):  # fmt: skip
    """``out = max(a b, floor)`` on vectors that hold matrices; strides are in values.

    Sums begin with 0, with what is there where `begun` is 1, with `row` where it is 2.
    """
    multiply(a, b, scratch, row, out, a_row, a_step, b_step, b_column, out_row, rows, depth, columns, begun, floor)


@helper
def multiply(
    a, b, scratch, row, out, a_row, a_step, b_step, b_column, out_row, rows, depth, columns, begun, floor
):  # fmt: skip
    """`product`, for kernels that do more."""
    most = pass_of(depth)
    for above in range(0, rows, HEIGHT):
        high = min(HEIGHT, rows - above)
        for start in range(0, depth, most):
            steps = min(most, depth - start)
            left = 0
            while left < columns:
                some = width_of(out, columns - left)
                pack_panel(b, start * b_step + left * b_column, b_step, b_column, scratch, 0, steps, some)
                at = above * out_row + left
                base, base_at, base_row = (row, left, 0) if begun == 2 and start == 0 else (out, at, out_row)
                stripe(a, above * a_row + start * a_step, a_row, a_step, None, 0, 1, steps, scratch, 0,
                       base, base_at, base_row, max(start, begun), out, at, out_row, high, some)  # fmt: skip
                if floor > -np.inf and start + steps == depth:
                    for i in range(at, at + high * out_row, out_row):
                        for j in range(i, i + some):
                            out[j] = max(out[j], floor)
                left += some
