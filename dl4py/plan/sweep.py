"""Sweeps: neighbouring calls on the network's flat vectors made a piece of the vectors at a time.

What turns gradients into new parameters are calls that each go through all values: average, penalties, updater,
subtraction. Value ``i`` of the gradient meets values ``i`` of the parameters and of the state only, so all calls can be
made for a piece that stays in the caches before the next piece comes, and threads take parts of many pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.plan.emitter import Call

PIECE = 4096  # values: of three or four vectors as many bytes as an eighth of a second-level cache
ALIGN = 16


@dataclass(frozen=True)
class Swept:
    """A call on places from `begin` to `end` of the flat vectors: its function, arguments, and which are cut."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    cut: tuple[bool, ...]
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
    """For each part doors with blocks, piece after piece and for each piece all calls."""
    from dl4py.kernels import entry

    low, high = min(call.begin for call in calls), max(call.end for call in calls)
    edges = [low + (high - low) * i // parts // ALIGN * ALIGN for i in range(1, parts)]
    lists = []
    for first, last in zip([low, *edges], [*edges, high], strict=True):
        begins = np.arange(first, last, PIECE)
        ends = np.minimum(begins + PIECE, last)
        made: list[list[tuple[int, np.ndarray]]] = [[] for _ in begins]
        for call in calls:
            starts, stops = (np.clip(edge, call.begin, call.end) - call.begin for edge in (begins, ends))
            door, rows = entry.blocks(call.function, call.args, call.cut, starts, stops)
            for piece, row, size in zip(made, rows, stops - starts, strict=True):
                if size:
                    piece.append((door, row))
        lists.append([block for piece in made for block in piece])
    return lists
