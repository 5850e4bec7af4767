"""Winograd's transforms of grids of vectors: six by six values of an image, four by four sums, in registers.

``Y = A' [(G g G') * (B' d B)] A`` convolves a 6 x 6 patch ``d`` with a 3 x 3 kernel ``g``: 36 products for 16 sums,
where windows take 144. The rows of the matrices are powers of the points 0, a, -a, b, -b and infinity. With the usual
points 1 and 2 the largest error in single precision is four times that with 3/4 and 3/2, which are exact in binary too.

Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, https://arxiv.org/abs/1509.09308; points:
Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd Convolution", 2020,
https://arxiv.org/abs/1803.10986.
"""

from __future__ import annotations

from numba.core import cgutils, types
from numba.extending import intrinsic

from dl4py.kernels.points import A2, A3, B2, B3, A, B
from dl4py.kernels.vector import INDEX, Writer


def image_rows(w, x):
    """``B' x``: six values of an image."""
    product, sum = w.number(A2 * B2), w.number(-A2 - B2)
    out = [w.multiply_add(product, x[i], w.multiply_add(sum, x[i + 2], x[i + 4])) for i in (0, 1)]
    pairs = []
    for point, other in ((A, B2), (B, A2)):
        even = w.multiply_add(w.number(-other), x[2], x[4])
        odd = w.multiply_add(w.number(-other), x[1], x[3])
        pairs += [w.multiply_add(w.number(sign * point), odd, even) for sign in (1.0, -1.0)]
    return [out[0], *pairs, out[1]]


def sum_rows(w, m):
    """``A' m``: four sums of six products."""
    plus, minus = zip(*((w.add(m[i], m[i + 1]), w.subtract(m[i], m[i + 1])) for i in (1, 3)), strict=True)

    def of(pair, first, second):
        return w.multiply_add(w.number(first), pair[0], w.multiply(w.number(second), pair[1]))

    return [
        w.add(m[0], w.add(*plus)),
        of(minus, A, B),
        of(plus, A2, B2),
        w.add(m[5], of(minus, A3, B3)),
    ]


def gradient_rows(w, y):
    """``A y``: six values from four gradients of sums."""
    pairs = []
    for point, square, cube in ((A, A2, A3), (B, B2, B3)):
        even = w.multiply_add(w.number(square), y[2], y[0])
        odd = w.multiply_add(w.number(cube), y[3], w.multiply(w.number(point), y[1]))
        pairs += [w.add(even, odd), w.subtract(even, odd)]
    return [y[0], *pairs, y[3]]


def both_ways(w, rows, grid):
    """The transform of columns, then of rows."""
    columns = [rows(w, list(column)) for column in zip(*grid, strict=True)]
    return [rows(w, list(row)) for row in zip(*columns, strict=True)]


def _corners(w, start, row, column, size, bounds, spare):
    """Where the values of a grid are: those outside of rows and columns `bounds` at `spare`."""
    b = w.builder
    top, bottom, left, right = bounds

    def between(i, low, high):
        return b.and_(b.icmp_signed("<=", low, INDEX(i)), b.icmp_signed("<", INDEX(i), high))

    in_row, in_column = ([between(i, *ends) for i in range(size)] for ends in ((top, bottom), (left, right)))
    places = [[w.at(start, b.mul(row, INDEX(i)), b.mul(column, INDEX(j))) for j in range(size)] for i in range(size)]
    at_edge = [
        [b.select(b.and_(in_row[i], in_column[j]), places[i][j], spare) for j in range(size)] for i in range(size)
    ]
    inside = [b.icmp_signed("<=", end, INDEX(0)) for end in (top, left)]
    inside += [b.icmp_signed(">=", end, INDEX(size)) for end in (bottom, right)]
    return places, at_edge, b.and_(b.and_(inside[0], inside[1]), b.and_(inside[2], inside[3]))


def _along(w, count, whole, places, at_edge, body):
    """The body for each vector of channels, where all is inside or at an edge."""
    with w.builder.if_else(whole) as branches:
        for branch, grid in zip(branches, (places, at_edge), strict=True):
            with branch, cgutils.for_range(w.builder, count) as step:
                body(grid, w.builder.mul(step.index, INDEX(w.lanes)))


def _inward(rows, size):
    """Grids of an image to 36 planes."""

    @intrinsic
    def move(typing, a, a_start, a_row, a_column, top, bottom, left, right, out, spare, out_start, out_plane, count):
        """The transform of some vectors of channels; values that are not from `top` to `bottom` and `left` to `right`
        are those at `spare` of `out`, zeros.
        """
        n = types.intp
        assert a.layout == out.layout == "C", "places are counted in values"

        def code(context, builder, signature, args):
            a_, a0, arow, acol, *bounds, out_, rest, o0, plane, many = args
            w = Writer(context, builder, out.dtype)
            source, target = w.at(w.data(a, a_), a0), w.at(w.data(out, out_), o0)
            planes = [w.at(target, builder.mul(plane, INDEX(p))) for p in range(36)]
            places, at_edge, whole = _corners(w, source, arow, acol, size, bounds, w.at(w.data(out, out_), rest))

            def body(grid, along):
                read = [[w.load(w.at(place, along)) for place in row] for row in grid]
                values = [value for row in both_ways(w, rows, read) for value in row]
                for value, place in zip(values, planes, strict=True):
                    w.store(value, w.at(place, along))

            _along(w, many, whole, places, at_edge, body)
            return context.get_dummy_value()

        return types.void(a, *[n] * 7, out, *[n] * 4), code

    return move


image_in, gradient_in = _inward(image_rows, 6), _inward(gradient_rows, 4)


@intrinsic
def sums_out(typing, a, a_start, a_plane, spare, bias, out, out_start, out_row, out_column, high, wide, count, floor):
    """36 planes to a grid of sums, `bias` added, none below `floor`; what is not `high` or `wide` to `spare` of `a`."""
    n = types.intp
    assert a.layout == bias.layout == out.layout == "C", "places are counted in values"

    def code(context, builder, signature, args):
        a_, a0, plane, rest, bias_, out_, o0, orow, ocol, rows, columns, many, least = args
        w = Writer(context, builder, out.dtype)
        source, target, added = w.at(w.data(a, a_), a0), w.at(w.data(out, out_), o0), w.data(bias, bias_)
        planes = [[w.at(source, builder.mul(plane, INDEX(6 * i + j))) for j in range(6)] for i in range(6)]
        bounds = (INDEX(0), rows, INDEX(0), columns)
        places, at_edge, whole = _corners(w, target, orow, ocol, 4, bounds, w.at(w.data(a, a_), rest))
        lowest = w.spread(least)

        def body(grid, along):
            read = [[w.load(w.at(place, along)) for place in row] for row in planes]
            summand = w.load(w.at(added, along))
            for sums, row in zip(both_ways(w, sum_rows, read), grid, strict=True):
                for value, place in zip(sums, row, strict=True):
                    total = w.add(value, summand)
                    low = builder.fcmp_ordered("<", total, lowest)
                    w.store(builder.select(low, lowest, total), w.at(place, along))

        _along(w, many, whole, places, at_edge, body)
        return context.get_dummy_value()

    return types.void(a, n, n, n, bias, out, *[n] * 6, out.dtype), code
