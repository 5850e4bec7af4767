"""Sweeps: neighbouring calls on the network's flat vectors made together.

What turns gradients into new parameters are calls that each go through all values: average, penalties, updater,
subtraction. Value ``i`` of the gradient meets values ``i`` of the parameters and of the state only, so all calls can be
made in one loop, of which threads take parts. Calls that no loop can join are made for some values that stay in the
caches before the next ones come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dl4py.plan.emitter import Call

if TYPE_CHECKING:
    from dl4py.kernels.fused import Piece

PIECE = 4096  # values: of three or four vectors as many bytes as an eighth of a second-level cache
ALIGN = 16


@dataclass(frozen=True)
class Swept:
    """A call on places from `begin` to `end` of the flat vectors."""

    piece: Piece
    begin: int
    end: int


def place(call: Call) -> tuple[int, int] | None:
    """The range of the flat vectors that a call goes through, None where it is no such call."""
    kernel = call.kernel
    word = kernel.operands[0].dims
    if not kernel.split or len(word) != 1:
        return None
    begin = None
    for operand, array in zip(kernel.operands, call.arrays, strict=True):
        if operand.dims != word:
            if operand.writes or word[0] in operand.dims:
                return None
        elif array.view is not None or array.space not in ("params", "gradient", "state"):
            return None
        elif array.space != "state":
            if begin not in (None, array.offset):
                return None
            begin = array.offset
    return None if begin is None else (begin, begin + call.arrays[0].size)


def groups(calls: Sequence[Call]) -> Iterator[list[int]]:
    """Numbers of calls, those together that one sweep makes."""
    group: list[int] = []
    for i, call in enumerate(calls):
        if place(call) is None:
            if group:
                yield group
            group = []
            yield [i]
        else:
            group.append(i)
    if group:
        yield group


def swept(calls: Sequence[Swept], parts: int) -> list[list[tuple[int, np.ndarray]]]:
    """For each part doors with blocks: stretches of places with the same calls, which one loop makes or few."""
    low, high = min(call.begin for call in calls), max(call.end for call in calls)
    edges = [low, *(low + (high - low) * i // parts // ALIGN * ALIGN for i in range(1, parts)), high]
    changes = {place for call in calls for place in (call.begin, call.end)}
    lists: list[list[tuple[int, np.ndarray]]] = []
    for first, last in pairwise(edges):
        stretches = pairwise(sorted({first, last} | {place for place in changes if first < place < last}))
        lists.append([block for stretch in stretches for block in _blocks(calls, *stretch)])
    return lists


def _blocks(calls: Sequence[Swept], first: int, last: int) -> list[tuple[int, np.ndarray]]:
    """What makes the calls on places that all of them have, or none."""
    from dl4py.kernels import entry
    from dl4py.kernels.fused import fused, together

    there = [call for call in calls if call.begin <= first < call.end]
    loops = together([call.piece.part(slice(first - call.begin, last - call.begin)) for call in there])
    begins = np.arange(0, last - first, PIECE if len(loops) > 1 else max(last - first, 1))
    ends = np.append(begins[1:], last - first)
    made: list[list[tuple[int, np.ndarray]]] = [[] for _ in begins]
    for loop in loops:
        function, args, cut = fused(loop)
        door, rows = entry.blocks(function, args, cut, begins, ends)
        for piece, row in zip(made, rows, strict=True):
            piece.append((door, row))
    return [block for piece in made for block in piece]
