"""Things to YAML, leaving out what equals its default: blocks outside, `{flow: style}` where a line holds it."""

from __future__ import annotations

import re
from typing import Any

from dl4py.spec.parse import scalar
from dl4py.spec.tree import tree_of

__all__ = ["tree_of", "write"]

WIDTH = 100  # of a key with its value
ITEM_WIDTH = 120  # of an item of a list: a layer stays in one line as long as the line can be read
PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*")


def write(value: Any, *, full: bool = False, absolute: bool = False) -> str:
    """YAML of a thing, of a bound spec, or of plain values.

    `full` writes defaults too; `absolute` completes paths that begin at the working folder, for a text that will lie
    in another one.
    """
    bound = getattr(value, "bound", None)
    tree = tree_of(bound if isinstance(bound, dict) else value, full=full, absolute=absolute)
    if isinstance(tree, str | int | float):  # a thing of a kind in short form; at the top a mapping is wanted
        tree = {"type": value.type} if isinstance(tree, str) else _long(value, tree)
    return "\n".join(_block(tree, 0) or ["{}"]) + "\n"


def _long(thing: Any, number: float) -> dict[str, Any]:
    return {"type": thing.type, thing.short.rpartition(".")[2]: number}


def _block(tree: dict[str, Any], indent: int) -> list[str]:
    pad = "  " * indent
    lines = []
    for key, value in tree.items():
        flow = _flow(value)
        wide = len(pad) + len(_word(key)) + 2 + len(flow) > WIDTH
        if isinstance(value, dict | list) and value and (wide or _tall(value)):
            lines.append(f"{pad}{_word(key)}:")
            lines += _items(value, indent + 1) if isinstance(value, list) else _block(value, indent + 1)
        else:
            lines.append(f"{pad}{_word(key)}: {flow}")
    return lines


def _tall(value: Any) -> bool:
    """Whether a value reads better over several lines: lists of mappings, and mappings of several collections."""
    if isinstance(value, list):
        return any(isinstance(item, dict) for item in value)
    inner = [item for item in value.values() if isinstance(item, dict | list)]
    return len(inner) > 1 or any(isinstance(item, list) and _tall(item) for item in inner)


def _items(items: list[Any], indent: int) -> list[str]:
    pad = "  " * indent
    lines = []
    for item in items:
        flow = _flow(item)
        if isinstance(item, dict) and len(pad) + 2 + len(flow) > ITEM_WIDTH:
            first, *rest = _block(item, indent + 1)
            lines += [f"{pad}- {first.strip()}", *rest]
        else:
            lines.append(f"{pad}- {flow}")
    return lines


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_word(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _word(value)


def _word(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if PLAIN.fullmatch(text) and isinstance(scalar(text), str) and not text.startswith("..."):
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _number(value: float) -> str:
    if value != value:
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    return repr(value)
