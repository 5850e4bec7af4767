"""JSON text as DL4J's Jackson prints it, and a careful parser."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from dl4py.errors import ModelFileError

DEPTH_LIMIT = 200


def print_json(value: Any, indent: int = 0) -> str:
    """Jackson's default pretty printer: ``"key" : value``, two spaces, arrays on one line, doubles as Java prints them."""
    if isinstance(value, dict):
        if not value:
            return "{ }"
        pad = "  " * (indent + 1)
        lines = [f"{pad}{json.dumps(k, ensure_ascii=False)} : {print_json(v, indent + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + "  " * indent + "}"
    if isinstance(value, list | tuple):
        return f"[ {', '.join(print_json(v, indent) for v in value)} ]" if value else "[ ]"
    if isinstance(value, float):
        return java_double(value)
    return json.dumps(value, ensure_ascii=False)


def java_double(value: float) -> str:
    """`Double.toString`: ``1.0E-4``, ``0.001``, ``1.0E7``; NaN and infinities as words in quotes."""
    if value != value:
        return '"NaN"'
    if value in (float("inf"), float("-inf")):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    if value == 0.0:
        return "-0.0" if np.signbit(value) else "0.0"
    if 1e-3 <= abs(value) < 1e7:
        return np.format_float_positional(value, unique=True, trim="0")
    mantissa, exponent = np.format_float_scientific(value, unique=True, trim="0").split("e")
    return f"{mantissa}E{int(exponent)}"


def parse_json(data: bytes, name: str) -> Any:
    """The value of a JSON text; whole numbers and doubles stay apart, names may not repeat."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelFileError(f"{name} is not UTF-8 text (byte {error.start})") from None
    depth = deepest = 0
    for char in text:
        if char in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "}]":
            depth -= 1
    if deepest > DEPTH_LIMIT:
        raise ModelFileError(f"{name} is nested {deepest} deep, more than the {DEPTH_LIMIT} that are read")

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            twice = next(k for k, _ in items if sum(k == other for other, _ in items) > 1)
            raise ModelFileError(f"{name} has the key `{twice}` twice in one object")
        return found

    try:
        return json.loads(text, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        raise ModelFileError(f"{name}:{error.lineno}:{error.colno} is not JSON: {error.msg.lower()}") from None
