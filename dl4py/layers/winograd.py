"""Products of windows of 3 x 3 with weights in Winograd's way, where it is faster than windows as they are."""

from __future__ import annotations

from math import inf

import numpy as np

from dl4py import kernels as k
from dl4py.layers.columns import Back, Grid
from dl4py.plan import Array, Emitter, threads

LANES = 16  # channels come in whole vectors of the widest machine
MOVED = 12  # multiply-adds that the transforms of a value cost


def wins(grid: Grid, n_in: int, n_out: int) -> bool:
    """Whether windows fit, and the work is less: 36 products for 16 places, transforms, and squares that stand out."""
    deep, *flat = grid.windows
    if (deep.kernel, deep.stride, deep.begin) != (1, 1, 0) or n_in % LANES or n_out % LANES:
        return False
    if any((w.kernel, w.stride, w.dilation) != (3, 1, 1) or not 0 <= w.begin <= 2 for w in flat):
        return False
    squares = grid.batch * deep.size * -(-flat[0].out // 4) * -(-flat[1].out // 4)
    products = 36 * squares * (n_in * n_out + MOVED * (n_in + n_out))
    return products + 36 * MOVED * n_in * n_out < 9 * grid.rows * n_in * n_out


def correlate(
    e: Emitter, grid: Grid, x: Array, W: Array, bias: Array | None = None, floor: float = -inf
) -> tuple[Array, Back]:
    """``z = max(windows(x) W + b, floor)``: `x [batch, d, h, w, i]`, `W [.., 3, 3, i, o]`, a view of any strides."""
    W = W.reshape(3, 3, *W.shape[-2:])
    _, high, wide = grid.windows
    images = x.reshape(x.rows * x.shape[1], *x.shape[2:])
    z = e.array(grid.rows, W.shape[3], name="z")
    sums = z.reshape(images.rows, high.out, wide.out, W.shape[3])
    _windows_times(e, images, W, sums, (high.begin, wide.begin), bias, floor, turned=False)

    def backward(dz: Array, dW: Array) -> Array | None:
        gradient = dz.reshape(*sums.shape)
        _weights_gradient(e, images, gradient, dW.reshape(*W.shape), (high.begin, wide.begin))
        if not x.needs_gradient:
            return None
        dx = e.like(x, "dx")
        turned = W.transposed(0, 1, 3, 2)
        _windows_times(e, gradient, turned, dx.reshape(*images.shape), (2 - high.begin, 2 - wide.begin), turned=True)
        return dx

    return z, backward


def _windows_times(
    e: Emitter, x: Array, W: Array, z: Array, begin: tuple[int, int], bias: Array | None = None, floor: float = -inf,
    *, turned: bool,
) -> None:  # fmt: skip
    n_in, n_out = W.shape[2:]
    raised = e.array(k.winograd.weights_size(n_in, n_out), name="raised")
    e(k.winograd.raise_weights, W, raised, int(turned))
    lines, many, scratch = _squares(e, z, 48 if n_in + n_out <= 256 else 96, n_in, n_out)
    summand = bias or e.constant(np.zeros(n_out))
    e(k.winograd.winograd_times, x, lines, raised, summand, scratch, z, *begin, many, floor)


def _weights_gradient(e: Emitter, x: Array, dz: Array, dW: Array, begin: tuple[int, int]) -> None:
    n_in, n_out = dW.shape[2:]
    lines, many, scratch = _squares(e, dz, 96, n_in, n_out)
    sums = e.array(scratch.rows, k.winograd.weights_size(n_in, n_out), name="sums")
    e(k.winograd.winograd_gradient, x, lines, scratch, sums, dz, *begin, many)
    e(k.winograd.lower_weights, sums, dW)


def _squares(e: Emitter, z: Array, most: int, n_in: int, n_out: int) -> tuple[Array, int, Array]:
    """Where lines of squares of the sums `z` begin, how many squares are met at once, and a row of scratch a thread."""
    lines = np.array([(image, top) for image in range(z.rows) for top in range(0, z.shape[1], 4)])
    parts = min(threads.count(), len(lines))
    across = -(-z.shape[2] // 4)
    many = min(most, -(-len(lines) // parts) * across)
    return (
        e.constant(lines, "int64"),
        many,
        e.array(parts, k.winograd.scratch_size(many, n_in, n_out), name="scratch"),
    )
