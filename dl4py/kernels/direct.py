"""Convolution on channels-last arrays straight from the register tile, without columns.

Images are `[batch, depth, height, width, channels]`, already padded. Along the width a window's values lie behind each
other, so a window is a few runs of `steps` values: `table` says where each begins, counted from the window's first. The
sums of an image row of windows are then a product whose left side is the image itself.
"""

from __future__ import annotations

from dl4py.kernels import pack as packing
from dl4py.kernels import tiling
from dl4py.kernels.jit import kernel, native
from dl4py.kernels.pack import flat

pack_panel, pitch_of, width_of = packing.pack_panel, packing.pitch_of, packing.width_of
stripe, times_packed, DEPTH = tiling.stripe, tiling.times_packed, tiling.DEPTH
HALF = DEPTH // 2  # where both sides of a product are read along the pixels
PIXELS = 240  # windows that meet a part of the weights before the next part comes


@kernel("b _ _ _ c -> b _ _ _ c", split=True)
def pad(x, out, begin: tuple[int, ...]):
    """``out = x`` from `begin` on, 0 before and behind."""
    out[:] = 0.0
    for n in range(x.shape[0]):
        for d in range(x.shape[1]):
            for h in range(x.shape[2]):
                for w in range(x.shape[3]):
                    for c in range(x.shape[4]):
                        out[n, begin[0] + d, begin[1] + h, begin[2] + w, c] = x[n, d, h, w, c]


@kernel("b _ _ _ _, t, s, _ _ o -> r w o", ranges="r")
def windows_times(
    x, table, packed, bias, z, out: tuple[int, ...], stride: tuple[int, ...], rows: tuple[int, ...], steps: int,
    first: int, last: int,
):  # fmt: skip
    """``z = windows(x) W + b`` for image rows from `first` to `last`; there are `out` windows in depth and height.

    `bias` is ``[1, 1, o]``; `rows` are taps in height, their distance, and the range of rows of an image that hold more
    than padding.
    """
    channels, columns = x.shape[4], z.shape[2]
    high = max(PIXELS // z.shape[1], 1)
    taps = max(DEPTH // steps, 1)  # runs that are met at once, or part of one
    for top in range(first, last, high):
        left = 0
        while left < columns:
            some = width_of(z, columns - left)
            for tap in range(0, table.shape[0], taps):
                for step in range(0, steps, DEPTH):
                    for row in range(top, min(top + high, last)):
                        image, deep, down = row // (out[0] * out[1]), row // out[1] % out[0], row % out[1]
                        above = (image * x.shape[1] + deep * stride[0]) * x.shape[2] + down * stride[1]
                        begin, end = tap, min(tap + taps, table.shape[0])
                        if rows[0]:  # rows of nothing but padding add nothing
                            each = table.shape[0] // rows[0]
                            begin = max(begin, -((down * stride[1] - rows[2]) // rows[1]) * each)
                            end = max(min(end, -((down * stride[1] - rows[3]) // rows[1]) * each), begin)
                        weights = left * table.shape[0] * steps + (begin * steps + step) * pitch_of(z, some)
                        at = row * z.shape[1] * columns + left
                        base, base_at, base_row = (z, at, columns) if tap + step else (bias, left, 0)
                        stripe(x, above * x.shape[3] * channels + step, stride[2] * channels, 1, table, begin, end,
                               min(DEPTH, steps - step), packed, weights, base, base_at, base_row, 1,
                               z, at, columns, z.shape[1], some)  # fmt: skip
            left += some


@kernel("b _ _ _ _, t, r, s -> q o", ranges="q")
def windows_gradient(x, table, places, packed, dW, wide: int, along: int, steps: int, first: int, last: int):
    """``dW = windows(x)' dz`` for its rows from `first` to `last`.

    `places` says where the first window of each image row begins, `along` how far the next of its `wide` windows is.
    """
    columns, rows = dW.shape[1], places.shape[0]
    many = max(HALF // wide, 1)
    for top in range(0, rows, many):
        left = 0
        while left < columns:
            some = width_of(dW, columns - left)
            for tap in range(first // steps, (last - 1) // steps + 1):
                begin, end = max(first, tap * steps), min(last, tap * steps + steps)
                at = begin * columns + left
                stripe(x, table[tap] + begin - tap * steps, 1, along, places, top, min(top + many, rows), wide,
                       packed, left * rows * wide + top * wide * pitch_of(dW, some), dW, at, columns, min(top, 1),
                       dW, at, columns, end - begin, some)  # fmt: skip
            left += some


@native("b _ _ _ _, t, r, s -> b u, b _ _ _ _", ranges="b", work=64)
def windows_back(dz, table, places, packed, products, dx, out, along, steps, first=0, last=None):
    """``dx = windows' (dz W')``: what each window gets, added at the window's places; `dz [b, d, h, w, o]`.

    `products` has room for some windows of each example: their products are added before the next come.
    """
    batch, n_out, room, values = dz.shape[0], dz.shape[4], products.shape[1], dx[0].size
    arrays = (flat(dz), table, places, packed, flat(products), flat(dx))
    return add_windows.bind(
        arrays, (out[0] * out[1], out[2], n_out, room, values, along, steps, first, batch if last is None else last)
    )


@kernel("d, t, r, s -> u, x")
def add_windows(
    dz, table, places, packed, products, dx, rows: int, wide: int, n_out: int, room: int, values: int, along: int,
    steps: int, first: int, last: int,
):  # fmt: skip
    """`windows_back` on vectors that hold the arrays."""
    each = table.shape[0] * steps
    high = room // (wide * each)
    beginning = first * room
    for b in range(first, last):
        dx[b * values : (b + 1) * values] = 0.0
        for top in range(0, rows, high):
            many = min(high, rows - top) * wide
            times_packed(dz, (b * rows + top) * wide * n_out, n_out, packed, products, beginning, many, each, 0)
            for i in range(many):
                window = places[b * rows + top + i // wide] + i % wide * along
                for t in range(table.shape[0]):
                    at, come = window + table[t], beginning + i * each + t * steps
                    target, part = dx[at : at + steps], products[come : come + steps]
                    for c in range(target.shape[0]):
                        target[c] += part[c]


@native("_ _ _ i o -> s", ranges="i", work=2)
def pack(W, out, first=0, last=None):
    """Weights ``[depth, height, width, i, o]`` of any strides, with a row for each tap and input channel."""
    strides = [n // W.itemsize for n in W.strides]
    return pack_taps.bind((flat(W), out), (0, *strides, *W.shape, first, W.shape[3] if last is None else last))


@native("_ _ _ i o -> s", ranges="o", work=2)
def pack_turned(W, out, first=0, last=None):
    """The weights of the transpose: taps in reverse order, a row for each tap and output channel."""
    strides = [n // W.itemsize for n in W.strides]
    end = sum((size - 1) * stride for size, stride in zip(W.shape[:3], strides[:3], strict=True))
    back = (-strides[0], -strides[1], -strides[2], strides[4], strides[3])
    sizes = (*W.shape[:3], W.shape[4], W.shape[3], first, W.shape[4] if last is None else last)
    return pack_taps.bind((flat(W), out), (end, *back, *sizes))


@kernel("a -> s")
def pack_taps(
    a, out, start: int, from_depth: int, from_height: int, from_width: int, row: int, column: int,
    depth: int, height: int, width: int, rows: int, columns: int, first: int, last: int,
):  # fmt: skip
    """Panels of weights, of each tap the rows from `first` to `last`; strides are in values."""
    taps, left = depth * height * width, 0
    while left < columns:
        some = width_of(out, columns - left)
        for tap in range(taps):
            i, j, k = tap // (height * width), tap // width % height, tap % width
            place = start + i * from_depth + j * from_height + k * from_width + left * column + first * row
            at = left * taps * rows + (tap * rows + first) * pitch_of(out, some)
            pack_panel(a, place, row, column, out, at, last - first, some)
        left += some
