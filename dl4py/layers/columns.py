"""Products of windows with weights: windows become rows, a product does the rest, a part of the batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod

from dl4py import kernels as k
from dl4py.layers.window import Window
from dl4py.plan import Array, Emitter

LARGEST = 1 << 24  # values of all windows that are held at once
Back = Callable[[Array, Array], Array | None]
"""Takes the gradient of the output, and where that of the weights goes; gives the gradient of the input."""


@dataclass(frozen=True)
class Grid:
    """The windows over an array, as kernels take them: over depth, height and width, for a batch of examples.

    A sequence `[time, batch, n]` is one image, as high as time, as wide as the batch, with windows of width 1.
    """

    batch: int
    windows: tuple[Window, Window, Window]

    @classmethod
    def over(cls, shape: tuple[int, ...], windows: Sequence[Window]) -> Grid:
        """The windows over an array of that shape."""
        if len(shape) == 3:
            return cls(1, (_still(1), windows[0], _still(shape[1])))
        depth, height, width = windows if len(shape) == 5 else (_still(1), *windows)
        return cls(shape[0], (depth, height, width))

    @property
    def places(self) -> tuple[int, ...]:
        """Sizes of the axes that windows slide over."""
        return tuple(w.size for w in self.windows)

    @property
    def out(self) -> tuple[int, ...]:
        """Number of windows along each axis."""
        return tuple(w.out for w in self.windows)

    @property
    def taps(self) -> int:
        """Places that one window sees."""
        return prod(w.kernel for w in self.windows)

    @property
    def rows(self) -> int:
        """Number of all windows."""
        return self.batch * prod(self.out)

    @property
    def geometry(self) -> tuple[tuple[int, ...], ...]:
        """Kernel, stride, dilation and begin of the three axes, as the kernels of `conv` take them."""
        names = ("kernel", "stride", "dilation", "begin")
        return tuple(tuple(getattr(w, name) for w in self.windows) for name in names)

    @property
    def plain(self) -> bool:
        """Whether each place is a window of its own, so that places already are rows."""
        return self.out == self.places and all((w.kernel, w.stride, w.begin) == (1, 1, 0) for w in self.windows)

    def parts(self, channels: int) -> Iterator[tuple[int, int]]:
        """Ranges of examples whose windows are held at once."""
        step = max(LARGEST // max(prod(self.out) * self.taps * channels, 1), 1)
        for start in range(0, self.batch, step):
            yield start, min(start + step, self.batch)

    def rows_of(self, start: int, stop: int) -> tuple[int, int]:
        """The range of rows of a range of examples."""
        return start * prod(self.out), stop * prod(self.out)

    def lifted(self, x: Array) -> Array:
        """The array as `[batch, depth, height, width, channels]`."""
        return x.reshape(self.batch, *self.places, x.shape[-1])


def extent(x: Array) -> tuple[int, ...]:
    """Sizes of the axes of time or space."""
    return x.shape[:1] if len(x.shape) == 3 else x.shape[1:-1]


def reshaped(shape: tuple[int, ...], axes: Sequence[int | None], channels: int) -> tuple[int, ...]:
    """A plan's shape with other sizes of the axes of time or space, and other channels."""
    known = [n or 1 for n in axes]
    return (*known, shape[1], channels) if len(shape) == 3 else (shape[0], *known, channels)


def as_rows(x: Array) -> Array:
    """The array as a matrix, its last axis as columns."""
    return x.reshape(x.size // x.shape[-1], x.shape[-1])


def packed(e: Emitter, view: Array) -> Array:
    """A copy of a view with its last axis fastest, so that products can take it."""
    copy = e.array(*view.shape, name="packed")
    e(k.move.copy_any, view, copy)
    return copy


def _still(size: int) -> Window:
    return Window(size, 1, 1, 1, 0, size)


def gathered(e: Emitter, grid: Grid, x: Array, start: int, stop: int) -> Array:
    """Windows of some examples as rows `[windows, taps * channels]`; `x [batch, d, h, w, channels]`."""
    part = x.part(start, stop)
    if grid.plain:
        return part.reshape(part.size // part.shape[4], part.shape[4])
    columns = grid.taps * x.shape[4]
    cols = e.array(stop - start, *grid.out, columns, name="cols")
    e(k.conv.im2col, part, cols, *grid.geometry)
    return cols.reshape(cols.size // columns, columns)


def added_back(e: Emitter, grid: Grid, cols: Array, x: Array, start: int, stop: int) -> None:
    """``x[start:stop] = `` rows `cols`, each added at the places of its window."""
    e(k.conv.col2im, cols.reshape(stop - start, *grid.out, cols.columns), x.part(start, stop), *grid.geometry)


def correlate(e: Emitter, grid: Grid, x: Array, W: Array) -> tuple[Array, Back]:
    """``z = windows(x) W``: `x [batch, d, h, w, i]`, `W [taps * i, o]`, `z [windows, o]`."""
    z = e.array(grid.rows, W.columns, name="z")
    parts = list(grid.parts(x.shape[4]))
    kept: dict[int, Array] = {}
    for start, stop in parts:
        cols = gathered(e, grid, x, start, stop)
        if len(parts) == 1:
            kept[start] = cols
        e(k.gemm.matmul, cols, W, z.part(*grid.rows_of(start, stop)))

    def backward(dz: Array, dW: Array) -> Array | None:
        for start, stop in parts:
            cols = kept.get(start) or gathered(e, grid, x, start, stop)
            summed(e, cols.T, dz.part(*grid.rows_of(start, stop)), dW, first=start == 0)
        return input_gradient(e, grid, x, W, dz) if x.needs_gradient else None

    return z, backward


def input_gradient(e: Emitter, grid: Grid, x: Array, W: Array, dz: Array) -> Array:
    """``dx = windows' (dz W')``, the gradient of the input of `correlate`."""
    dx = e.like(x, "dx")
    for start, stop in grid.parts(x.shape[4]):
        rows = dz.part(*grid.rows_of(start, stop))
        if grid.plain:
            e(k.gemm.matmul, rows, W.T, dx.part(start, stop).reshape(rows.rows, W.rows))
            continue
        dcols = e.array(rows.rows, W.rows, name="dcols")
        e(k.gemm.matmul, rows, W.T, dcols)
        added_back(e, grid, dcols, dx, start, stop)
    return dx


def spread_out(e: Emitter, grid: Grid, x: Array, W: Array) -> tuple[Array, Back]:
    """``y = windows' (x W)``, the transpose of `correlate`.

    `x [windows, i]`, `W [i, taps * o]`, `y [batch, d, h, w, o]`.
    """
    channels = W.columns // grid.taps
    y = e.array(grid.batch, *grid.places, channels, name="z")
    parts = list(grid.parts(channels))
    for start, stop in parts:
        rows = x.part(*grid.rows_of(start, stop))
        cols = e.array(rows.rows, W.columns, name="cols")
        e(k.gemm.matmul, rows, W, cols)
        added_back(e, grid, cols, y, start, stop)

    def backward(dy: Array, dW: Array) -> Array | None:
        dx = e.like(x, "dx") if x.needs_gradient else None
        for start, stop in parts:
            dcols = gathered(e, grid, dy, start, stop)
            summed(e, x.part(*grid.rows_of(start, stop)).T, dcols, dW, first=start == 0)
            if dx:
                e(k.gemm.matmul, dcols, W.T, dx.part(*grid.rows_of(start, stop)))
        return dx

    return y, backward


def summed(e: Emitter, a: Array, b: Array, out: Array, *, first: bool) -> None:
    """``out = a b`` for the first part, ``out += a b`` for the others."""
    e(k.gemm.matmul if first else k.gemm.add_matmul, a, b, out)
