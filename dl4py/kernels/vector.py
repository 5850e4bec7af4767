"""The register tile: LLVM vectors and fused multiply-adds behind numba intrinsics.

A block of output rows and columns stays in registers while the sum runs: ``acc[r][v] += broadcast(a[r]) * b[v]``. With
strides and a table of places as arguments the same tile is a matrix product, a row of a convolution on channels-last
arrays, and a recurrent step. This module is loaded when a kernel that uses it is compiled, never before.
"""

from __future__ import annotations

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from dl4py.kernels.processor import BYTES, FUSED, MANY, MASKED

INDEX = ir.IntType(64)
LANE = ir.IntType(32)
ROWS, FEW, OF_THREE, OF_ONE = (12, 6, 8, 12) if MANY else (6, 4, 4, 8)
"""Rows of the tile two vectors wide, of the one for what is left, of those three vectors and one vector wide.

Sums, a row's vectors and one factor fill the registers; eight sums keep the multipliers busy.
"""


def lanes_of(kind) -> int:
    """Values in a vector."""
    return BYTES * 8 // kind.bitwidth


def _constant(many):
    """A number that depends on the type of an array alone."""

    def number(typing, array):
        value = many(array.dtype)
        return types.intp(array), lambda context, builder, signature, args: context.get_constant(types.intp, value)

    return intrinsic(number)


lanes = _constant(lanes_of)
rows_of_tile, rows_of_few, rows_of_three, rows_of_one = (
    _constant(lambda kind, rows=rows: rows) for rows in (ROWS, FEW, OF_THREE, OF_ONE)
)


class Writer:
    """Writes vector instructions on values of one type."""

    def __init__(self, context, builder, kind):
        self.context, self.builder = context, builder
        self.kind = context.get_value_type(kind)
        self.size, self.lanes = kind.bitwidth // 8, lanes_of(kind)
        self.vector = ir.VectorType(self.kind, self.lanes)
        self.zero = ir.Constant(self.vector, [0.0] * self.lanes)
        self.name = f"v{self.lanes}f{kind.bitwidth}"

    def data(self, kind, array):
        """The address of an array's first value."""
        return self.context.make_array(kind)(self.context, self.builder, value=array).data

    def at(self, pointer, *steps):
        """The address some values behind another."""
        for step in steps:
            pointer = self.builder.gep(pointer, [INDEX(step) if isinstance(step, int) else step])
        return pointer

    def load(self, pointer):
        """A vector from anywhere."""
        value = self.builder.load(self.builder.bitcast(pointer, self.vector.as_pointer()))
        value.align = self.size
        return value

    def store(self, value, pointer):
        """A vector to anywhere."""
        self.builder.store(value, self.builder.bitcast(pointer, self.vector.as_pointer())).align = self.size

    def spread(self, value, kind=None):
        """A vector of one value again and again."""
        vector = ir.VectorType(value.type, self.lanes)
        first = self.builder.insert_element(ir.Constant(vector, ir.Undefined), value, LANE(0))
        order = ir.Constant(ir.VectorType(LANE, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), order)

    def below(self, count, start):
        """Which lanes lie below `count`, the first of them being number `start`."""
        left = self.spread(self.builder.trunc(self.builder.sub(count, INDEX(start)), LANE))
        lanes = ir.Constant(ir.VectorType(LANE, self.lanes), list(range(self.lanes)))
        return self.builder.icmp_signed("<", lanes, left)

    def load_some(self, pointer, mask):
        """The lanes of a mask, 0 in the others; their memory is not touched."""
        place, one = self.vector.as_pointer(), ir.VectorType(ir.IntType(1), self.lanes)
        kind = ir.FunctionType(self.vector, [place, LANE, one, self.vector])
        function = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.masked.load.{self.name}.p0")
        args = [self.builder.bitcast(pointer, place), LANE(self.size), mask, self.zero]
        return self.builder.call(function, args)

    def store_some(self, value, pointer, mask):
        """Writes the lanes of a mask."""
        place, one = self.vector.as_pointer(), ir.VectorType(ir.IntType(1), self.lanes)
        kind = ir.FunctionType(ir.VoidType(), [self.vector, place, LANE, one])
        function = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.masked.store.{self.name}.p0")
        self.builder.call(function, [value, self.builder.bitcast(pointer, place), LANE(self.size), mask])

    def store_first(self, values, pointers, count):
        """Writes the first lanes of some vectors, `count` of each, at least 1 and not all.

        Where masks are no part of the instructions, a masked store takes as long as a dozen others: halves do instead.
        """
        if MASKED:
            mask = self.below(count, 0)
            for value, pointer in zip(values, pointers, strict=True):
                self.store_some(value, pointer, mask)
            return
        half, offset = self.lanes // 2, INDEX(0)
        while half:
            there = self.builder.icmp_signed("!=", self.builder.and_(count, INDEX(half)), INDEX(0))
            kind = ir.VectorType(self.kind, half).as_pointer()
            first = ir.Constant(ir.VectorType(LANE, half), list(range(half)))
            behind = ir.Constant(ir.VectorType(LANE, self.lanes), [(half + i) % self.lanes for i in range(self.lanes)])
            with self.builder.if_then(there):
                for value, pointer in zip(values, pointers, strict=True):
                    place = self.builder.bitcast(self.at(pointer, offset), kind)
                    self.builder.store(self.builder.shuffle_vector(value, value, first), place).align = self.size
            values = [self.builder.select(there, self.builder.shuffle_vector(v, v, behind), v) for v in values]
            offset = self.builder.select(there, self.builder.add(offset, INDEX(half)), offset)
            half //= 2

    def number(self, value):
        """A vector of one number known beforehand."""
        return ir.Constant(self.vector, [float(value)] * self.lanes)

    def add(self, a, b):
        """``a + b``."""
        return self.builder.fadd(a, b)

    def subtract(self, a, b):
        """``a - b``."""
        return self.builder.fsub(a, b)

    def multiply(self, a, b):
        """``a b``."""
        return self.builder.fmul(a, b)

    def multiply_add(self, a, b, c):
        """``a b + c``."""
        if not FUSED:
            return self.builder.fadd(self.builder.fmul(a, b), c)
        kind = ir.FunctionType(self.vector, [self.vector] * 3)
        function = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.fma.{self.name}")
        return self.builder.call(function, [a, b, c])


def _tile(count, wide=2):
    """The tile with `count` rows, `wide` vectors each."""

    def tile(
        typing, a, a_start, a_row, a_step, table, first, last, steps, b, b_start, b_step,
        base, base_start, base_row, begun, out, out_start, out_row, valid, columns,
    ):  # fmt: skip
        """``out[r, c] = base[r, c] + sum over t, k: a[r a_row + table[t] + k a_step] b[(t, k) b_step + c]``.

        All places are counted in values from an array's first one. Of the tile `valid` rows (at least 1) and `columns`
        columns are written, the rest is computed for nothing: rows again and again the last, columns from what `b`
        holds there. Sums run over ``t`` from `first` to `last`, then ``k``, each term with the next row of `b`. Where
        `begun` is 0 they begin with 0, not with `base`, of which a `base_row` of 0 takes one row for all: a bias. A
        `table` of None is one of zeros.
        """
        assert all(array.layout == "C" for array in (a, b, base, out)), "places are counted in values"
        jumps = not isinstance(table, types.NoneType)
        n = types.intp
        wanted = (a, n, n, n, table, n, n, n, b, n, n, base, n, n, n, out, n, n, n, n)

        def code(context, builder, signature, args):
            a_, a0, ar, ak, t_, t0, t1, ks, b_, b0, bk, base_, base0, baser, go, out_, o0, orow, many, cols = args
            w = Writer(context, builder, out.dtype)
            here = [builder.select(builder.icmp_signed("<", INDEX(r), many), INDEX(r), _before(builder, many))
                    for r in range(count)]  # fmt: skip
            written = [w.at(w.data(out, out_), o0, builder.mul(orow, r)) for r in here]
            whole = builder.icmp_signed(">=", cols, INDEX(wide * w.lanes))
            sums = [[cgutils.alloca_once(builder, w.vector) for _ in range(wide)] for _ in range(count)]
            with builder.if_else(builder.icmp_signed("!=", go, INDEX(0))) as (on, fresh):
                with on:
                    begin = [w.at(w.data(base, base_), base0, builder.mul(baser, r)) for r in here]
                    with builder.if_else(whole) as (all_columns, some):
                        with all_columns:
                            for r in range(count):
                                for v in range(wide):
                                    builder.store(w.load(w.at(begin[r], v * w.lanes)), sums[r][v])
                        with some:
                            for v in range(wide):
                                mask = w.below(cols, v * w.lanes)
                                for r in range(count):
                                    builder.store(w.load_some(w.at(begin[r], v * w.lanes), mask), sums[r][v])
                with fresh:
                    for r in range(count):
                        for v in range(wide):
                            builder.store(w.zero, sums[r][v])
            from_row = [builder.mul(ar, r) for r in here]
            factors = w.at(w.data(a, a_), a0)
            current = cgutils.alloca_once_value(builder, w.at(w.data(b, b_), b0))
            with cgutils.for_range(builder, t1, start=t0) as tap:
                at_tap = w.at(factors, builder.load(w.at(w.data(table, t_), tap.index))) if jumps else factors
                at_row = [w.at(at_tap, place) for place in from_row]
                with cgutils.for_range(builder, ks) as step:
                    weights = builder.load(current)
                    row_of_b = [w.load(w.at(weights, v * w.lanes)) for v in range(wide)]
                    builder.store(w.at(weights, bk), current)
                    along = builder.mul(step.index, ak)
                    for r in range(count):
                        factor = w.spread(builder.load(w.at(at_row[r], along)))
                        for v in range(wide):
                            builder.store(w.multiply_add(factor, row_of_b[v], builder.load(sums[r][v])), sums[r][v])
            with builder.if_else(whole) as (all_columns, some):
                with all_columns:
                    for r in range(count):
                        for v in range(wide):
                            w.store(builder.load(sums[r][v]), w.at(written[r], v * w.lanes))
                with some:
                    for v in range(wide):
                        column = [builder.load(sums[r][v]) for r in range(count)]
                        places = [w.at(written[r], v * w.lanes) for r in range(count)]
                        left = builder.sub(cols, INDEX(v * w.lanes))
                        with builder.if_else(builder.icmp_signed(">=", left, INDEX(w.lanes))) as (filled, part):
                            with filled:
                                for value, pointer in zip(column, places, strict=True):
                                    w.store(value, pointer)
                            with part:
                                w.store_first(column, places, left)
            return context.get_dummy_value()

        return types.void(*wanted), code

    return intrinsic(tile)


def _before(builder, many):
    return builder.sub(many, INDEX(1))


tile, tile_few, tile_three, tile_one = _tile(ROWS), _tile(FEW), _tile(OF_THREE, 3), _tile(OF_ONE, 1)


@intrinsic
def carry(typing, a, a_start, a_row, out, out_start, count, columns, pitch):
    """Copies `count` rows of up to three vectors, `pitch` values from one to the next; 0 where `columns` ends."""
    n = types.intp
    assert a.layout == out.layout == "C", "places are counted in values"

    def code(context, builder, signature, args):
        a_, a0, ar, out_, o0, many, cols, step = args
        w = Writer(context, builder, out.dtype)
        source, target = w.at(w.data(a, a_), a0), w.at(w.data(out, out_), o0)
        masks = [w.below(cols, v * w.lanes) for v in range(3)]
        with cgutils.for_range(builder, many) as row:
            from_row = w.at(source, builder.mul(row.index, ar))
            to_row = w.at(target, builder.mul(row.index, step))
            for v in range(3):
                with builder.if_then(builder.icmp_signed(">", step, INDEX(v * w.lanes))):
                    w.store(w.load_some(w.at(from_row, v * w.lanes), masks[v]), w.at(to_row, v * w.lanes))
        return context.get_dummy_value()

    return types.void(a, n, n, out, n, n, n, n), code


@intrinsic
def turn(typing, a, a_start, a_column, out, out_start, count, pitch):
    """Copies `count` blocks, a vector square, so that columns of `a` become rows, `pitch` values from one to the next.

    Column ``c`` begins ``c a_column`` behind the start; the blocks lie one behind the other along it.
    """
    n = types.intp
    assert a.layout == out.layout == "C", "places are counted in values"

    def code(context, builder, signature, args):
        a_, a0, ac, out_, o0, many, step = args
        w = Writer(context, builder, out.dtype)
        source, target = w.at(w.data(a, a_), a0), w.at(w.data(out, out_), o0)
        low = [lane + half * w.lanes for lane in range(w.lanes // 2) for half in range(2)]
        high = [lane + w.lanes // 2 for lane in low]
        orders = [ir.Constant(ir.VectorType(LANE, w.lanes), order) for order in (low, high)]
        with cgutils.for_range(builder, many) as block:
            first = builder.mul(block.index, INDEX(w.lanes))
            near, far = w.at(source, first), w.at(target, builder.mul(first, step))
            square = [w.load(w.at(near, builder.mul(ac, INDEX(c)))) for c in range(w.lanes)]
            for _ in range(w.lanes.bit_length() - 1):  # each round joins a vector with the one half the square away
                half = w.lanes // 2
                square = [
                    builder.shuffle_vector(square[i], square[i + half], order) for i in range(half) for order in orders
                ]
            for r in range(w.lanes):
                w.store(square[r], w.at(far, builder.mul(step, INDEX(r))))
        return context.get_dummy_value()

    return types.void(a, n, n, out, n, n, n), code
