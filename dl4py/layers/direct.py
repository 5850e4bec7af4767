"""Products of windows with weights straight from the register tile: no columns, a padded copy of the input at most."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np

from dl4py import kernels as k
from dl4py.layers.columns import Back, Grid, input_gradient, packed
from dl4py.layers.window import Window
from dl4py.plan import Array, Emitter

APART = 1.3  # places for each window from which most of the padding of a gradient would be met for nothing
TOGETHER = 48  # windows whose products lie between a product and where they are added


def fits(grid: Grid) -> bool:
    """Whether windows are more than places, and none begins behind the start of its axis or far before it."""
    return not grid.plain and all(0 <= w.begin < w.span for w in grid.windows)


def correlate(e: Emitter, grid: Grid, x: Array, W: Array, bias: Array | None = None) -> tuple[Array, Back]:
    """``z = windows(x) W + b`` for weights ``[*kernel, i, o]``, a view of any strides; `x [batch, d, h, w, i]`."""
    W = W.reshape(*(w.kernel for w in grid.windows), *W.shape[-2:])
    n_in, n_out = W.shape[3:]
    seen = padded(e, x, [(w.begin, _reach(w)) for w in grid.windows])
    runs = Runs(grid, seen.shape, grid.windows[1].begin, grid.windows[1].size)
    weights = e.array(k.pack.packed_size(grid.taps * n_in, n_out), name="packed")
    e(k.direct.pack, W, weights)
    z = e.array(grid.rows, n_out, name="z")
    runs.emit(e, seen, weights, z, bias)

    def backward(dz: Array, dW: Array) -> Array | None:
        rows = e.array(k.pack.packed_size(grid.rows, n_out), name="packed")
        e(k.pack.pack, dz, rows)
        table, places = runs.table_in(e), e.constant(runs.places, "int64")
        wide, along = grid.out[2], grid.windows[2].stride * n_in
        e(k.direct.windows_gradient, seen, table, places, rows, dW, wide, along, runs.steps)
        if not x.needs_gradient:
            return None
        if seen is x and (prod(grid.places) >= APART * prod(grid.out) or any(w.stride > 1 for w in grid.windows)):
            return added_back(e, grid, runs, x, W, dz)
        if all(w.stride == 1 for w in grid.windows):
            return turned_gradient(e, grid, x, W, dz)
        return input_gradient(e, grid, x, packed(e, W).reshape(grid.taps * n_in, n_out), dz)

    return z, backward


def turned_gradient(e: Emitter, grid: Grid, x: Array, W: Array, dz: Array) -> Array:
    """The gradient of the input where windows begin at each place: windows of `dz` times weights in reverse order."""
    n_in, n_out = W.shape[3:]
    margins = [(w.span - 1 - w.begin, w.size + w.span - 1) for w in grid.windows]
    dx = e.like(x, "dx")
    images = dz.reshape(grid.batch, *grid.out, n_out)
    seen = padded(e, images, margins)
    deep, high, wide = (Window(w.size + w.span - 1, w.kernel, 1, w.dilation, 0, w.size) for w in grid.windows)
    weights = e.array(k.pack.packed_size(grid.taps * n_out, n_in), name="packed")
    e(k.direct.pack_turned, W, weights)
    runs = Runs(Grid(grid.batch, (deep, high, wide)), seen.shape, margins[1][0], grid.out[1])
    runs.emit(e, seen, weights, dx)
    return dx


def added_back(e: Emitter, grid: Grid, runs: Runs, x: Array, W: Array, dz: Array) -> Array:
    """The gradient of an input without padding: products of `dz`, a few windows at a time, added where they belong."""
    n_in, n_out = W.shape[3:]
    weights = e.array(k.pack.packed_size(n_out, grid.taps * n_in), name="packed")
    e(k.pack.pack, packed(e, W).reshape(grid.taps * n_in, n_out).T, weights)
    dx = e.like(x, "dx")
    some = max(TOGETHER // grid.out[2], 1) * grid.out[2]
    products = e.array(grid.batch, some * grid.taps * n_in, name="products")
    along = grid.windows[2].stride * n_in
    images = dz.reshape(grid.batch, *grid.out, n_out)
    arrays = images, runs.table_in(e), e.constant(runs.places, "int64"), weights, products, dx
    e(k.direct.windows_back, *arrays, grid.out, along, runs.steps)
    return dx


def padded(e: Emitter, x: Array, margins: list[tuple[int, int]]) -> Array:
    """``x`` with zeros before, and up to a total size of, each axis; itself where there are none."""
    sizes = tuple(total for _, total in margins)
    if sizes == x.shape[1:4]:
        return x
    out = e.array(x.rows, *sizes, x.shape[4], name="padded")
    e(k.direct.pad, x, out, tuple(before for before, _ in margins))
    return out


class Runs:
    """Where the values of windows lie in padded images of that shape, whose padding ends before row `begin`."""

    def __init__(self, grid: Grid, shape: tuple[int, ...], begin: int, held: int) -> None:
        self.grid = grid
        flat, high = grid.windows[0].kernel == 1, grid.windows[1]
        self.rows = (high.kernel if flat else 0, high.dilation, begin, begin + held)
        _, _, height, width, channels = shape
        windows = grid.windows
        joined = windows[2].dilation == 1 or windows[2].kernel == 1
        self.steps = channels * (windows[2].kernel if joined else 1)
        taps = [[i * w.dilation for i in range(w.kernel)] for w in windows]
        across = [0] if joined else taps[2]
        self.table = np.array([((i * height + j) * width + m) * channels for i, j, m in product(*taps[:2], across)])
        image = prod(shape[1:])
        planes, lines = (np.arange(w.out) * w.stride for w in windows[:2])
        rows = (planes[:, None] * height + lines[None, :]).ravel() * width * channels
        self.places = (np.arange(grid.batch)[:, None] * image + rows[None, :]).ravel()

    def emit(self, e: Emitter, x: Array, weights: Array, z: Array, bias: Array | None = None) -> None:
        """Records ``z = windows(x) W + b``."""
        out = self.grid.out
        stride = tuple(w.stride for w in self.grid.windows)
        rows = z.reshape(self.grid.batch * out[0] * out[1], out[2], z.shape[-1])
        summand = (bias or e.constant(np.zeros(z.shape[-1]))).reshape(1, 1, z.shape[-1])
        e(k.direct.windows_times, x, self.table_in(e), weights, summand, rows, out[:2], stride, self.rows, self.steps)

    def table_in(self, e: Emitter) -> Array:
        """The places of the runs of a window."""
        return e.constant(self.table, "int64")


def _reach(w: Window) -> int:
    """Places of the padded axis: all that windows see, and the whole input."""
    return max((w.out - 1) * w.stride + w.span, w.begin + w.size)
