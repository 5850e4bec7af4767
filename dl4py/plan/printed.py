"""A plan as tables: its calls, and the places of its arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dl4py.plan.array import Array
from dl4py.plan.plan import Plan


def calls_table(plan: Plan) -> str:
    """One line a call: number, owner, kernel, arrays."""
    rows = [["call", "owner", "kernel", "arrays"]]
    rows += [
        [str(i), call.owner or "network", call.kernel.name, ", ".join(map(_shown, call.arrays))]
        for i, call in enumerate(plan.calls)
    ]
    return "\n".join([*aligned(rows), _total(plan)])


def memory_table(plan: Plan, vectors: Mapping[str, int]) -> str:
    """One line an array: shape, first and last call, offset and bytes in the arena; then what a step needs in all.

    `vectors` are the bytes that live as long as the network, by name.
    """
    rows = [["array", "shape", "born", "dies", "offset", "bytes"]]
    rows += [
        [p.array.name, _size(p.array.shape), str(p.born), str(p.dies), str(p.offset), str(p.bytes)]
        for p in plan.layout.places
    ]
    parts = footprint(plan, vectors)
    saved = plan.layout.unshared - plan.layout.total
    sums = [[name, _size_of(length)] for name, length in parts.items()]
    sums[-2].append(f"{_size_of(plan.layout.unshared)} without sharing, which saves {_size_of(saved)}")
    return "\n".join([*aligned(rows), _total(plan), "", *aligned([[*row, ""][:3] for row in sums])])


def footprint(plan: Plan, vectors: Mapping[str, int]) -> dict[str, int]:
    """Bytes of all that a step holds at once: the network's vectors, what it is fed, the arena, and their sum."""
    fed = {id(a.root): plan.bytes(a.root) for call in plan.calls for a in call.arrays if a.root.space == "input"}
    constant = {
        id(a.root): plan.bytes(a.root) for call in plan.calls for a in call.arrays if a.root.space == "constant"
    }
    parts = {**vectors, "inputs and labels": sum(fed.values()), "constants": sum(constant.values())}
    parts["arena"] = plan.layout.total
    return {**parts, "all": sum(parts.values())}


def _size_of(length: int) -> str:
    if length < 2**10:
        return f"{length} B"
    return f"{length / 2**20:,.1f} MiB" if length >= 2**20 else f"{length / 2**10:,.1f} KiB"


def as_dict(plan: Plan, vectors: Mapping[str, int]) -> dict[str, Any]:
    """Calls, places and bytes, for `--json`."""
    return {
        "precision": plan.precision,
        "calls": [
            {"owner": c.owner, "kernel": c.kernel.name, "arrays": [list(a.shape) for a in c.arrays]} for c in plan.calls
        ],
        "arena": [
            {
                "array": p.array.name,
                "shape": list(p.array.shape),
                "born": p.born,
                "dies": p.dies,
                "offset": p.offset,
                "bytes": p.bytes,
            }
            for p in plan.layout.places
        ],
        "arena_bytes": plan.layout.total,
        "unshared_bytes": plan.layout.unshared,
        "bytes": footprint(plan, vectors),
    }


def _shown(array: Array) -> str:
    return f"{array.root.name or array.root.space}[{_size(array.shape)}]"


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def aligned(rows: list[list[str]]) -> list[str]:
    """Rows of cells as lines, every column as wide as its widest cell."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _total(plan: Plan) -> str:
    layout = plan.layout
    return f"{len(plan.calls)} calls; arena {_size_of(layout.total)}, {_size_of(layout.unshared)} without sharing"
