"""The part of `normalizer.bin` for several inputs: MULTI_STANDARDIZE, MULTI_MIN_MAX and MULTI_HYBRID."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from dl4py.data.normalizers import Fitted
from dl4py.data.normalizers.min_max import Ranged
from dl4py.data.normalizers.several import Several
from dl4py.data.normalizers.standardize import Standardized
from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.dl4j.arrays import read_arrays, write_array

KINDS = ("MULTI_STANDARDIZE", "MULTI_MIN_MAX", "MULTI_HYBRID")
NOTHING, MOMENTS, BOUNDS = range(3)  # strategies, as a hybrid normalizer numbers them
MOST = 4096  # inputs or outputs: more are a broken file

Parts = Sequence[Fitted | None]


def read_rows(data: bytes, at: int, count: int, name: str) -> tuple[list[np.ndarray], int]:
    """So many rows, of which each pair is equally long, and the offset behind them."""
    arrays, end = read_arrays(data, count, name, at)
    rows = [array.reshape(-1) for array in arrays]
    for first, second in zip(rows[::2], rows[1::2], strict=True):
        if len(first) != len(second):
            raise ModelFileError(
                f"{name}: statistics of {len(first)} and of {len(second)} columns do not belong together"
            )
    return rows, end


def write_rows(*rows: np.ndarray | None) -> bytes:
    """Rows one behind the other, in single precision; what is None is left out."""
    return b"".join(write_array(row.reshape(1, -1).astype(np.float32)) for row in rows if row is not None)


def write(several: Several) -> tuple[str, bytes]:
    """The type of a normalizer of several inputs, and what follows it."""
    parts = (*several.inputs, *several.outputs)
    counts = struct.pack(">?ii", bool(several.outputs), len(several.inputs), len(several.outputs) or -1)
    if all(isinstance(part, Standardized) for part in parts):
        return KINDS[0], counts + b"".join(_rows(part) for part in parts)
    ranges = {(part.low, part.high) if isinstance(part, Ranged) else None for part in parts}
    if len(ranges) == 1 and (only := ranges.pop()) is not None:
        return KINDS[1], counts + struct.pack(">dd", *only) + b"".join(_rows(part) for part in parts)
    body = _statistics(several.inputs) + _statistics(several.outputs) + 2 * struct.pack(">i", NOTHING)
    return KINDS[2], body + _strategies(several.inputs) + _strategies(several.outputs)


def _rows(part: Fitted | None) -> bytes:
    if isinstance(part, Standardized):
        return write_rows(part.mean, part.std)
    if isinstance(part, Ranged):
        return write_rows(part.lower, part.upper)
    raise UnsupportedFeature(f"DL4J has no normalizer of several inputs with {type(part).__name__}")


def _statistics(parts: Parts) -> bytes:
    there = [(i, part) for i, part in enumerate(parts) if part is not None]
    kinds = [MOMENTS if isinstance(part, Standardized) else BOUNDS for _, part in there]
    rows = [struct.pack(">ii", i, kind) + _rows(part) for (i, part), kind in zip(there, kinds, strict=True)]
    return struct.pack(">i", len(there)) + b"".join(rows)


def _strategies(parts: Parts) -> bytes:
    bodies = []
    for i, part in enumerate(parts):
        if isinstance(part, Ranged):
            bodies.append(struct.pack(">iidd", i, BOUNDS, part.low, part.high))
        elif part is not None:
            bodies.append(struct.pack(">ii", i, MOMENTS))
    return struct.pack(">i", len(bodies)) + b"".join(bodies)


def read(kind: str, data: bytes, at: int, name: str) -> tuple[Several, int]:
    """The normalizer of a type, and the offset behind it."""
    reader = Reader(data, at, name)
    if kind == KINDS[2]:
        return reader.hybrid(), reader.at
    labels, inputs, outputs = reader.numbers(">?ii")
    low, high = reader.numbers(">dd") if kind == KINDS[1] else (0.0, 0.0)
    made: list[Fitted | None] = []
    for _ in range(reader.count(inputs) + (reader.count(outputs) if labels else 0)):
        rows = reader.rows()
        made.append(Standardized(*rows) if kind == KINDS[0] else Ranged(low, high, *rows))
    return Several(tuple(made[:inputs]), tuple(made[inputs:])), reader.at


class Reader:
    """Goes through the bytes of a `normalizer.bin`."""

    def __init__(self, data: bytes, at: int, name: str) -> None:
        self.data, self.at, self.name = data, at, name

    def numbers(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return found

    def count(self, number: float) -> int:
        if not 0 <= number <= MOST:
            raise ModelFileError(f"{self.name}: {number:g} inputs or outputs")
        return int(number)

    def rows(self) -> list[np.ndarray]:
        rows, self.at = read_rows(self.data, self.at, 2, self.name)
        return rows

    def hybrid(self) -> Several:
        statistics = [self._statistics() for _ in range(2)]
        everywhere = [self._strategy() for _ in range(2)]
        single = [self._strategies() for _ in range(2)]
        return Several(*(self._parts(*three) for three in zip(statistics, everywhere, single, strict=True)))

    def _statistics(self) -> dict[int, tuple[int, list[np.ndarray]]]:
        found = {}
        for _ in range(self.count(*self.numbers(">i"))):
            index, kind = self.numbers(">ii")
            found[self.count(index)] = int(kind), self.rows()
        return found

    def _strategy(self) -> tuple[float, ...]:
        (kind,) = self.numbers(">i")
        return self.numbers(">dd") if kind == BOUNDS else ()

    def _strategies(self) -> dict[int, tuple[float, ...]]:
        count = self.count(*self.numbers(">i"))
        return {self.count(*self.numbers(">i")): self._strategy() for _ in range(count)}

    def _parts(
        self,
        statistics: dict[int, tuple[int, list[np.ndarray]]],
        everywhere: tuple[float, ...],
        single: dict[int, tuple[float, ...]],
    ) -> tuple[Fitted | None, ...]:
        parts: list[Fitted | None] = [None] * (max(statistics, default=-1) + 1)
        for i, (kind, rows) in statistics.items():
            if kind == MOMENTS:
                parts[i] = Standardized(*rows)
                continue
            limits = single.get(i, everywhere)
            if kind != BOUNDS or len(limits) != 2:
                raise ModelFileError(f"{self.name}: statistics of kind {kind} without a range for array {i}")
            parts[i] = Ranged(*limits, *rows)
        return tuple(parts)
