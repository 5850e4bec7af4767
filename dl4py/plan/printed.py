"""A plan as tables: its calls, and the places of its arrays."""

from __future__ import annotations

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
    return "\n".join([*_aligned(rows), _total(plan)])


def memory_table(plan: Plan) -> str:
    """One line an array: shape, first and last call, offset and bytes in the arena."""
    rows = [["array", "shape", "born", "dies", "offset", "bytes"]]
    rows += [
        [p.array.name, _size(p.array.shape), str(p.born), str(p.dies), str(p.offset), str(p.bytes)]
        for p in plan.layout.places
    ]
    return "\n".join([*_aligned(rows), _total(plan)])


def as_dict(plan: Plan) -> dict[str, Any]:
    """Calls and places, for `--json`."""
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
    }


def _shown(array: Array) -> str:
    return f"{array.root.name or array.root.space}[{_size(array.shape)}]"


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _total(plan: Plan) -> str:
    kib = 1024
    return (
        f"{len(plan.calls)} calls; arena {plan.layout.total / kib:.1f} KiB, "
        f"{plan.layout.unshared / kib:.1f} KiB without sharing"
    )
