"""The largest value of each window and where it came from, a vector of channels at a time: for `pool`.

Channels that fill no whole vector are computed once more with some of those before them, so there must be at least a
vector of them. This module is loaded when a kernel that uses it is bound, never before.
"""

from __future__ import annotations

from typing import Any

from numba import extending
from numba.core import cgutils, types

from dl4py.kernels.vector import INDEX, Writer

intrinsic: Any = extending.intrinsic  # its type knows nothing of what numba leaves out of a call


def _vectors(builder, w, channels):
    """A loop over the first channels of vectors."""
    count = builder.sdiv(builder.add(channels, INDEX(w.lanes - 1)), INDEX(w.lanes))
    last = builder.sub(channels, INDEX(w.lanes))
    with cgutils.for_range(builder, count) as vector:
        first = builder.mul(vector.index, INDEX(w.lanes))
        yield builder.select(builder.icmp_signed("<", first, last), first, last)


def _place(builder, w, table, row, tap, channels, channel):
    """How far behind an image's first value a channel of a place of the table lies."""
    number = builder.sext(builder.load(w.at(table, row, tap)), INDEX)
    return builder.add(builder.mul(number, channels), channel)


@intrinsic
def largest(typing, x, image, table, row, taps, y, out, channels):
    """``y = max x`` over the places that `table` names from `row` on, for all channels; NaN where there is one."""
    n = types.intp
    assert x.layout == table.layout == y.layout == "C", "places are counted in values"

    def code(context, builder, signature, args):
        x_, image_, table_, row_, taps_, y_, out_, channels_ = args
        w = Writer(context, builder, y.dtype)
        numbers, source, target = w.data(table, table_), w.at(w.data(x, x_), image_), w.at(w.data(y, y_), out_)
        for channel in _vectors(builder, w, channels_):
            first = _place(builder, w, numbers, row_, INDEX(0), channels_, channel)
            most = cgutils.alloca_once(builder, w.vector)
            builder.store(w.load(w.at(source, first)), most)
            with cgutils.for_range(builder, taps_, start=INDEX(1)) as tap:
                value = w.load(w.at(source, _place(builder, w, numbers, row_, tap.index, channels_, channel)))
                held = builder.load(most)
                more = builder.or_(builder.fcmp_ordered(">", value, held), builder.fcmp_unordered("uno", value, value))
                builder.store(builder.select(more, value, held), most)
            w.store(builder.load(most), w.at(target, channel))
        return context.get_dummy_value()

    return types.void(x, n, table, n, n, y, n, n), code


@intrinsic
def given_to_largest(typing, x, image, table, row, taps, y, dy, out, dx, channels):
    """Writes ``dy`` to the first place of a window that holds ``y``, 0 to its others."""
    n = types.intp
    assert x.layout == table.layout == y.layout == dy.layout == dx.layout == "C", "places are counted in values"

    def code(context, builder, signature, args):
        x_, image_, table_, row_, taps_, y_, dy_, out_, dx_, channels_ = args
        w = Writer(context, builder, y.dtype)
        numbers, source, target = w.data(table, table_), w.at(w.data(x, x_), image_), w.at(w.data(dx, dx_), image_)
        for channel in _vectors(builder, w, channels_):
            most = w.load(w.at(w.data(y, y_), out_, channel))
            left = cgutils.alloca_once_value(builder, w.load(w.at(w.data(dy, dy_), out_, channel)))
            with cgutils.for_range(builder, taps_) as tap:
                at = _place(builder, w, numbers, row_, tap.index, channels_, channel)
                held = builder.fcmp_ordered("==", w.load(w.at(source, at)), most)
                rest = builder.load(left)
                w.store(builder.select(held, rest, w.zero), w.at(target, at))
                builder.store(builder.select(held, w.zero, rest), left)
        return context.get_dummy_value()

    return types.void(x, n, table, n, n, y, dy, n, dx, n), code
