"""Convolution of images by windows of 3 x 3 in Winograd's way, ``F(4 x 4, 3 x 3)``: a quarter of the multiplications.

Images are `[batch, height, width, channels]`, channels in whole vectors. Squares of 4 x 4 sums come from patches of
6 x 6 values; both become 36 planes of rows, a row a square, and each plane is a product of its own. Some squares at a
time go through `scratch`, so that they stay in caches: first `many` rows of each plane of the input, then of the
output, then one pixel that stands for all outside. `lines [lines, 2]` are the image and the first row of each line of
squares; threads take lines.

In single precision the error of sums is about twice that of windows as they are, that of the weights' gradient as
large: 1.2e-5 at most and 1.1e-6 in the root mean square, of the root mean square of the sums (128 channels, normal
numbers). Lavin and Gray, 2015 (see `transform`).
"""

from __future__ import annotations

from dl4py.kernels import pack as packing
from dl4py.kernels import points, tiling
from dl4py.kernels.jit import Instruction, helper, kernel, native

image_in, gradient_in, sums_out = (Instruction(name, "transform") for name in ("image_in", "gradient_in", "sums_out"))
lanes, stripe, pitch_of, width_of = tiling.lanes, tiling.stripe, packing.pitch_of, packing.width_of
DEPTH = tiling.DEPTH
PLANES, APART = 36, 16  # values between planes, so that they do not meet in the same lines of a cache
ABOUT_A, ABOUT_B = 2.0 * points.A2 * (points.A2 - points.B2), 2.0 * points.B2 * (points.B2 - points.A2)
AT_0, AT_A, AT_B = 1.0 / (points.A2 * points.B2), 1.0 / ABOUT_A, 1.0 / ABOUT_B
A, B, A2, B2 = points.A, points.B, points.A2, points.B2


def plane_size(many: int, channels: int) -> int:
    """Values from a plane of `many` rows to the next."""
    return many * channels + APART


def weights_size(n_in: int, n_out: int) -> int:
    """Values of all planes of weights, or of their gradient."""
    return PLANES * plane_size(n_in, n_out)


def scratch_size(many: int, n_in: int, n_out: int) -> int:
    """Values that a thread needs for `many` squares."""
    return PLANES * (plane_size(many, n_in) + plane_size(many, n_out)) + max(n_in, n_out)


def cut(arrays, threads):
    """Lines of squares in parts, as many as there is scratch for."""
    x, lines, *middle, scratch, out = arrays
    many = min(scratch.shape[0], lines.shape[0])
    edges = [lines.shape[0] * i // many for i in range(many + 1)]
    return [(x, lines[edges[i] : edges[i + 1]], *middle, scratch[i], out) for i in range(many)]


@native("b _ _ i, l two, u, o -> p s, b _ _ o", cut=cut)
def winograd_times(x, lines, weights, bias, scratch, z, *constants):
    """``z = windows(x) W + b``; constants are `begin` of rows and columns, `many`, and the least value of an output."""
    return forward.bind((x, lines, weights, bias, scratch, z), constants)


@kernel("b _ _ i, l two, u, o -> s, b _ _ o")
def forward(x, lines, weights, bias, scratch, z, above: int, before: int, many: int, floor: float):
    """`winograd_times` for some lines."""
    n_in, n_out, across = x.shape[3], z.shape[3], -(-z.shape[2] // 4)
    into, behind = many * n_in + APART, many * n_out + APART
    products, spare = PLANES * into, PLANES * (into + behind)
    for start in range(0, lines.shape[0] * across, many):
        some = min(many, lines.shape[0] * across - start)
        images_in(x, lines, start, some, across, above, before, scratch, into, spare)
        for p in range(PLANES):
            plane_times(
                scratch, p * into, n_in, weights, p * (n_in * n_out + APART), products + p * behind, some, n_out
            )
        for i in range(some):
            line, left = (start + i) // across, (start + i) % across * 4
            image, top = lines[line, 0], lines[line, 1]
            place = products + i * n_out
            at = ((image * z.shape[1] + top) * z.shape[2] + left) * n_out
            sums_out(scratch, place, behind, spare, bias, z, at, z.shape[2] * n_out, n_out,
                     z.shape[1] - top, z.shape[2] - left, n_out // lanes(z), floor)  # fmt: skip


@helper
def images_in(x, lines, start, some, across, above, before, scratch, into, spare):
    """Patches of `some` squares, as 36 planes."""
    n_in = x.shape[3]
    for o in range(n_in):
        scratch[spare + o] = 0.0
    for i in range(some):
        line, left = (start + i) // across, (start + i) % across * 4 - before
        image, top = lines[line, 0], lines[line, 1] - above
        at = ((image * x.shape[1] + top) * x.shape[2] + left) * n_in
        image_in(x, at, x.shape[2] * n_in, n_in, -top, x.shape[1] - top, -left, x.shape[2] - left,
                 scratch, spare, i * n_in, into, n_in // lanes(x))  # fmt: skip


@helper
def plane_times(scratch, start, depth, weights, packed, place, rows, columns):
    """``out = a W`` in one plane."""
    left = 0
    while left < columns:
        some = width_of(scratch, columns - left)
        for done in range(0, depth, DEPTH):
            stripe(scratch, start + done, depth, 1, None, 0, 1, min(DEPTH, depth - done), weights,
                   packed + left * depth + done * pitch_of(scratch, some), scratch, place + left, columns,
                   min(done, 1), scratch, place + left, columns, rows, some)  # fmt: skip
        left += some


@native("b _ _ i, l two -> p s, p w, b _ _ o", cut=lambda arrays, threads: gradient_cut(arrays))
def winograd_gradient(x, lines, scratch, sums, dz, *constants):
    """``sums[part] = `` planes of ``windows(x)' dz`` for a part of the lines; constants are `begin` and `many`."""
    return gradient.bind((x, lines, scratch, sums, dz), constants)


def gradient_cut(arrays):
    """Lines in parts, each with its own sums."""
    x, lines, scratch, sums, dz = arrays
    many = scratch.shape[0]
    edges = [lines.shape[0] * i // many for i in range(many + 1)]
    return [(x, lines[edges[i] : edges[i + 1]], scratch[i], sums[i], dz) for i in range(many)]


@kernel("b _ _ i, l two -> s, w, b _ _ o")
def gradient(x, lines, scratch, sums, dz, above: int, before: int, many: int):
    """`winograd_gradient` for some lines."""
    n_in, n_out, across = x.shape[3], dz.shape[3], -(-dz.shape[2] // 4)
    into, behind = many * n_in + APART, many * n_out + APART
    products, spare = PLANES * into, PLANES * (into + behind)
    if lines.shape[0] == 0:
        sums[:] = 0.0
    for start in range(0, lines.shape[0] * across, many):
        some = min(many, lines.shape[0] * across - start)
        images_in(x, lines, start, some, across, above, before, scratch, into, spare)
        gradients_in(dz, lines, start, some, across, scratch, products, behind, many, spare)
        for p in range(PLANES):
            left = 0
            while left < n_out:
                wide = width_of(dz, n_out - left)
                place = p * (n_in * n_out + APART) + left
                stripe(scratch, p * into, 1, n_in, None, 0, 1, some, scratch, products + p * behind + left * many,
                       sums, place, n_out, min(start, 1), sums, place, n_out, n_in, wide)  # fmt: skip
                left += wide


@helper
def gradients_in(dz, lines, start, some, across, scratch, products, behind, many, spare):
    """Squares of gradients as 36 planes, each in panels of `many` rows."""
    n_out = dz.shape[3]
    for o in range(n_out):
        scratch[spare + o] = 0.0
    for i in range(some):
        line, left = (start + i) // across, (start + i) % across * 4
        image, top = lines[line, 0], lines[line, 1]
        at = ((image * dz.shape[1] + top) * dz.shape[2] + left) * n_out
        column = 0
        while column < n_out:
            wide = width_of(dz, n_out - column)
            gradient_in(dz, at + column, dz.shape[2] * n_out, n_out, 0, dz.shape[1] - top, 0, dz.shape[2] - left,
                        scratch, spare, products + column * many + i * wide, behind, wide // lanes(dz))  # fmt: skip
            column += wide


@helper
def raised(a, b, c):
    """``G g``: six values of three weights."""
    even, odd = AT_A * (a + A2 * c), AT_A * (A * b)
    even_too, odd_too = AT_B * (a + B2 * c), AT_B * (B * b)
    return AT_0 * a, even + odd, even - odd, even_too + odd_too, even_too - odd_too, c


@helper
def lowered(a, b, c, d, e, f):
    """``G' u``: three gradients of weights from those of six values."""
    near, far = AT_A * (b + c), AT_B * (d + e)
    return AT_0 * a + near + far, A * AT_A * (b - c) + B * AT_B * (d - e), A2 * near + B2 * far + f


@kernel("three three i o -> u", ranges="i")
def raise_weights(W, out, turned: int, first: int, last: int):
    """``G g G'`` of each pair of channels, 36 planes of packed weights; of the 3 x 3 weights in reverse if `turned`."""
    n_in, n_out = W.shape[2], W.shape[3]
    plane = n_in * n_out + APART
    at, step = (2, -1) if turned else (0, 1)
    left = 0
    while left < n_out:
        some = width_of(out, n_out - left)
        for i in range(first, last):
            for o in range(some):
                w, place = W[:, :, i, left + o], left * n_in + i * some + o
                x = raised(w[at, at], w[at + step, at], w[at + 2 * step, at])
                y = raised(w[at, 1], w[at + step, 1], w[at + 2 * step, 1])
                z = raised(w[at, 2 - at], w[at + step, 2 - at], w[at + 2 * step, 2 - at])
                raise_row(x[0], y[0], z[0], out, place, plane)
                raise_row(x[1], y[1], z[1], out, place + 6 * plane, plane)
                raise_row(x[2], y[2], z[2], out, place + 12 * plane, plane)
                raise_row(x[3], y[3], z[3], out, place + 18 * plane, plane)
                raise_row(x[4], y[4], z[4], out, place + 24 * plane, plane)
                raise_row(x[5], y[5], z[5], out, place + 30 * plane, plane)
        left += some


@helper
def raise_row(a, b, c, out, place, plane):
    """A row of ``(G g) G'`` in its six planes."""
    row = raised(a, b, c)
    out[place], out[place + plane], out[place + 2 * plane] = row[0], row[1], row[2]
    out[place + 3 * plane], out[place + 4 * plane], out[place + 5 * plane] = row[3], row[4], row[5]


@kernel("p w* -> three three i o")
def lower_weights(sums, dW):
    """``dW = G' (sum of parts) G`` for each pair of channels."""
    n_in, n_out = dW.shape[2], dW.shape[3]
    plane = n_in * n_out + APART
    for part in range(1, sums.shape[0]):
        for j in range(sums.shape[1]):
            sums[0, j] += sums[part, j]
    u = sums[0]
    for i in range(n_in):
        for o in range(n_out):
            at = i * n_out + o
            for j in range(6):
                column = lowered(u[at + j * plane], u[at + (6 + j) * plane], u[at + (12 + j) * plane],
                                 u[at + (18 + j) * plane], u[at + (24 + j) * plane],
                                 u[at + (30 + j) * plane])  # fmt: skip
                u[at + j * plane], u[at + (6 + j) * plane], u[at + (12 + j) * plane] = column
            for r in range(3):
                row = at + 6 * r * plane
                dW[r, 0, i, o], dW[r, 1, i, o], dW[r, 2, i, o] = lowered(
                    u[row], u[row + plane], u[row + 2 * plane], u[row + 3 * plane], u[row + 4 * plane],
                    u[row + 5 * plane])  # fmt: skip
