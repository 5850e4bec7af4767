"""Copies between views: columns, rows, transposes, looked-up rows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from dl4py.kernels.jit import Instruction, kernel, native
from dl4py.kernels.pack import flat

lanes, turn = Instruction("lanes"), Instruction("turn")
AXES = 5
SOME = 128  # columns that are turned at a time, so that both sides stay in the first-level cache
LEAST = 1 << 13  # values from which it is worth to meet other threads


@native("b o -> b o")
def copy(a, out):
    """``out = a`` for matrices and their slices."""
    return np.copyto, (out, a)


@native("n -> n")
def copy_flat(a, out):
    """``out = a`` for vectors."""
    return np.copyto, (out, a)


def halves(arrays, threads):
    """Parts of a copy along the axis that is slowest in the output."""
    a, out = slowest_first(*spread(*arrays))
    many = min(threads, a.size // LEAST + 1, len(a) if a.ndim else 1)
    edges = [len(a) * i // many for i in range(many + 1)] if a.ndim else []
    return [(a[i:j], out[i:j]) for i, j in pairwise(edges)] if many > 1 else [arrays]


def spread(a, out):
    """Both in the output's shape: axes of size 1 are repeated."""
    return np.broadcast_to(a, out.shape), out


def slowest_first(a, out):
    """Both with axes in the order of the output's memory."""
    order = sorted(range(a.ndim), key=lambda axis: -abs(out.strides[axis]))
    return a.transpose(order), out.transpose(order)


@native("... -> ...", cut=halves)
def copy_any(a, out):
    """``out = a`` for arrays in any order; axes of `a` of size 1 are repeated."""
    a, out = spread(a, out)
    if a.dtype != out.dtype or a.ndim > AXES or not a.size or min((*a.strides, *out.strides, 0)) < 0:
        return np.copyto, (out, a)
    axes = joined(*slowest_first(a, out))
    sizes, steps, places = zip(*[(1, 0, 0)] * (AXES - len(axes)), *axes, strict=True)
    return rearrange.bind((flat(a), flat(out)), (sizes, steps, places))


def joined(a, out):
    """Size and strides in values of each axis, those joined that are one axis in both arrays."""
    axes: list[tuple[int, int, int]] = []
    for size, *strides in zip(a.shape, a.strides, out.strides, strict=True):
        step, place = (n // a.itemsize for n in strides)
        if axes and axes[-1][1:] == (step * size, place * size):
            axes[-1] = (axes[-1][0] * size, step, place)
        else:
            axes.append((size, step, place))
    return axes


@kernel("a -> o")
def rearrange(a, out, sizes: tuple[int, ...], steps: tuple[int, ...], places: tuple[int, ...]):
    """`copy_any` on the memory of arrays of five axes; strides are in values."""
    for t in range(sizes[0]):
        for d in range(sizes[1]):
            for h in range(sizes[2]):
                at = t * steps[0] + d * steps[1] + h * steps[2]
                to = t * places[0] + d * places[1] + h * places[2]
                for w in range(sizes[3]):
                    for c in range(sizes[4]):
                        out[to + w * places[3] + c * places[4]] = a[at + w * steps[3] + c * steps[4]]


@native("b o -> o b", ranges="o", work=2)
def turned(a, out, first=0, last=None):
    """``out = a'``, or some rows of it; `a` of any strides."""
    last = len(out) if last is None else last
    strides = [n // a.itemsize for n in a.strides]
    return turn_columns.bind((flat(a), flat(out)), (*strides, len(a), first, last))


@kernel("a -> o")
def turn_columns(a, out, row: int, column: int, rows: int, first: int, last: int):
    """`turned` on the memory of matrices, square by square where the values of a row are next to each other."""
    square = lanes(out)
    for left in range(first, last, SOME):
        right = min(left + SOME, last)
        whole = (right - left) // square if column == 1 else 0
        done = rows // square * square if whole > 0 else 0
        for r in range(0, done, square):
            turn(a, r * row + left, row, out, left * rows + r, whole, rows)
        for c in range(left, right):
            for r in range(done if c < left + whole * square else 0, rows):
                out[c * rows + r] = a[r * row + c * column]


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
