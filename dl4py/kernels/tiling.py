"""The register tile down many rows, and a panel at a time across many columns."""

from __future__ import annotations

from dl4py.kernels.jit import Instruction, helper

few, panel, rows_of_tile, tile, tile_few = map(Instruction, ("few", "panel", "rows_of_tile", "tile", "tile_few"))
DEPTH = 256  # rows of a panel that are met at once: with as many values of some rows they fit the first-level cache


@helper
def stripe(a, start, row, step, table, first, last, steps, b, b_start, b_step,
           base, base_start, base_row, begun, out, out_start, out_row, rows, columns):  # fmt: skip
    """The tile again and again, down `rows` rows; the other arguments are the tile's."""
    most, less = rows_of_tile(out), few(out)
    done = 0
    while rows - done > 2 * less or less < rows - done <= most:
        tile(a, start + done * row, row, step, table, first, last, steps, b, b_start, b_step,
             base, base_start + done * base_row, base_row, begun, out, out_start + done * out_row, out_row,
             min(most, rows - done), columns)  # fmt: skip
        done += most
    while done < rows:
        tile_few(a, start + done * row, row, step, table, first, last, steps, b, b_start, b_step,
                 base, base_start + done * base_row, base_row, begun, out, out_start + done * out_row, out_row,
                 min(less, rows - done), columns)  # fmt: skip
        done += less


@helper
def times_packed(a, start, depth, packed, out, out_start, rows, columns, add):
    """``out (+)= a B`` for `rows` rows, one behind the other, and packed weights ``B [depth, columns]``."""
    width = panel(out)
    for left in range(0, columns, width):
        some = min(width, columns - left)
        place = out_start + left
        for done in range(0, depth, DEPTH):
            steps = min(DEPTH, depth - done)
            begun = 1 if done > 0 else add
            stripe(a, start + done, depth, 1, None, 0, 1, steps, packed, left * depth + done * width, width,
                   out, place, columns, begun, out, place, columns, rows, some)  # fmt: skip
