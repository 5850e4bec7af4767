"""The register tile down many rows, and a panel at a time across many columns."""

from __future__ import annotations

from dl4py.kernels import pack
from dl4py.kernels.jit import Instruction, helper

lanes, tile, tile_few, tile_three, tile_one = map(Instruction, ("lanes", "tile", "tile_few", "tile_three", "tile_one"))
rows_of_tile, rows_of_few, rows_of_three, rows_of_one = map(
    Instruction, ("rows_of_tile", "rows_of_few", "rows_of_three", "rows_of_one")
)
pitch_of, width_of = pack.pitch_of, pack.width_of
DEPTH = 256  # rows of a panel that are met at once: with as many values of some rows they fit the first-level cache
DEEPEST = DEPTH + DEPTH // 8  # the most rows of a pass


@helper
def pass_of(depth):
    """Rows of a panel that are met at once where there are `depth`: about `DEPTH`, and no pass of a few rows."""
    return -(-depth // max(1, -(-(depth + DEPTH - DEEPEST) // DEPTH)))


@helper
def stripe(a, start, row, step, table, first, last, steps, b, b_start,
           base, base_start, base_row, begun, out, out_start, out_row, rows, columns):  # fmt: skip
    """The tile again and again, down `rows` rows; the other arguments are the tile's."""
    done, pitch = 0, pitch_of(out, columns)
    if pitch == 2 * lanes(out):
        most, less = rows_of_tile(out), rows_of_few(out)
        while rows - done > 2 * less or less < rows - done <= most:
            tile(a, start + done * row, row, step, table, first, last, steps, b, b_start, pitch,
                 base, base_start + done * base_row, base_row, begun, out, out_start + done * out_row, out_row,
                 min(most, rows - done), columns)  # fmt: skip
            done += most
        while done < rows:
            tile_few(a, start + done * row, row, step, table, first, last, steps, b, b_start, pitch,
                     base, base_start + done * base_row, base_row, begun, out, out_start + done * out_row, out_row,
                     min(less, rows - done), columns)  # fmt: skip
            done += less
    elif pitch > 2 * lanes(out):
        while done < rows:
            tile_three(a, start + done * row, row, step, table, first, last, steps, b, b_start, pitch,
                       base, base_start + done * base_row, base_row, begun, out, out_start + done * out_row, out_row,
                       min(rows_of_three(out), rows - done), columns)  # fmt: skip
            done += rows_of_three(out)
    else:
        while done < rows:
            tile_one(a, start + done * row, row, step, table, first, last, steps, b, b_start, pitch,
                     base, base_start + done * base_row, base_row, begun, out, out_start + done * out_row, out_row,
                     min(rows_of_one(out), rows - done), columns)  # fmt: skip
            done += rows_of_one(out)


@helper
def times_packed(a, start, depth, packed, out, out_start, rows, columns, add):
    """``out (+)= a B`` for `rows` rows, one behind the other, and packed weights ``B [depth, columns]``."""
    left, most = 0, pass_of(depth)
    while left < columns:
        some = width_of(out, columns - left)
        place = out_start + left
        for done in range(0, depth, most):
            begun = 1 if done > 0 else add
            stripe(a, start + done, depth, 1, None, 0, 1, min(most, depth - done), packed,
                   left * depth + done * pitch_of(out, some),
                   out, place, columns, begun, out, place, columns, rows, some)  # fmt: skip
        left += some
