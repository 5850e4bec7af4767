"""Workspaces: arena offsets from lifetimes.

An array lives from the first call that names it to the last. Calls are walked in order; each array is put at the lowest
offset where nothing alive overlaps it. Offsets are multiples of 64 bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dl4py.plan.array import Array
from dl4py.plan.emitter import Call

ALIGN = 64


@dataclass(frozen=True)
class Placed:
    """An array's place: life as call numbers, offset and length in bytes."""

    array: Array
    born: int
    dies: int
    offset: int
    bytes: int


@dataclass(frozen=True)
class Layout:
    """Places of all arena arrays; `total` bytes with sharing, `unshared` without."""

    places: tuple[Placed, ...]
    total: int
    unshared: int


def assign(calls: Sequence[Call], precision: str, *, share: bool = True) -> Layout:
    """Places of the arena arrays that `calls` name; with `share` false each has memory of its own."""
    lives: dict[int, list[int]] = {}
    arrays: dict[int, Array] = {}
    for number, call in enumerate(calls):
        for array in call.arrays:
            root = array.root
            if root.space == "arena":
                arrays[id(root)] = root
                lives.setdefault(id(root), [number, number])[1] = len(calls) if root.kept else number
    alive: list[Placed] = []
    places = []
    total = unshared = 0
    for key, (born, dies) in lives.items():
        array = arrays[key]
        length = _bytes(array, precision)
        alive = [p for p in alive if not share or p.dies >= born]
        offset = _lowest(alive, length)
        place = Placed(array, born, dies, offset, length)
        alive.append(place)
        places.append(place)
        total = max(total, offset + length)
        unshared += length
    return Layout(tuple(places), total, unshared)


def _bytes(array: Array, precision: str) -> int:
    kind = precision if array.precision == "net" else array.precision
    length = array.size * np.dtype(kind).itemsize
    return -(-max(length, 1) // ALIGN) * ALIGN


def _lowest(alive: list[Placed], length: int) -> int:
    offset = 0
    for place in sorted(alive, key=lambda p: p.offset):
        if offset + length <= place.offset:
            break
        offset = max(offset, place.offset + place.bytes)
    return offset
