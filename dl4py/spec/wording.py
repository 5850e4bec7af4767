"""pydantic's errors in plain words: what was expected, what was found, and the way out."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}
KINDS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
    "is_instance_of": "a value of another kind",
    "path_type": "a path",
}
UNIT = re.compile(r"[-+]?[0-9.]+\s*(ms|s|min|h|b|kb|mb|gb|kib|mib|gib|k|m|g|%|px|x)", re.IGNORECASE)
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def describe(detail: Any, key: str, value: Any) -> tuple[str, str | None]:
    """The message and the hint for one of pydantic's errors about `key`."""
    kind, context = detail["type"], detail.get("ctx", {})
    found = shown(detail.get("input", value))
    if kind in BOUNDS:
        word, bound = BOUNDS[kind]
        return f"`{key}` must be {word} {_plain(context[bound])}, found {found}", None
    if kind == "literal_error":
        return _choice(key, detail, found)
    if kind in ("too_short", "too_long"):
        few = kind == "too_short"
        limit = context["min_length" if few else "max_length"]
        return (
            f"`{key}` must have {'at least' if few else 'at most'} {limit} items, found {context['actual_length']}",
            None,
        )
    if kind in KINDS:
        return f"`{key}` must be {KINDS[kind]}, found {found}", _way_out(kind, detail.get("input", value))
    return f"`{key}`: {detail['msg'][:1].lower()}{detail['msg'][1:]}, found {found}", _way_out(kind, value)


def shown(value: Any) -> str:
    """A value as a message quotes it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str):
        return f'"{value[:60]}"'
    return _plain(value)


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _choice(key: str, detail: Any, found: str) -> tuple[str, str | None]:
    expected = detail["ctx"]["expected"].replace("'", "`").replace(" or ", ", ")
    words = re.findall(r"`([^`]*)`", expected)
    value = detail.get("input")
    close = get_close_matches(value.lower(), words, n=1) if isinstance(value, str) else []
    return f"`{key}` must be one of {expected}, found {found}", f"did you mean `{close[0]}`?" if close else None


def _way_out(kind: str, value: Any) -> str | None:
    if isinstance(value, str):
        if kind.startswith(("int", "float", "finite", "rate")):
            if NUMBER.fullmatch(value):
                return f"without the quotes it is a number: {value}"
            if UNIT.fullmatch(value):
                return "write the plain number, without a unit"
        if kind.startswith("bool") and value.lower() in ("yes", "on", "no", "off"):
            return f"write `{'true' if value.lower() in ('yes', 'on') else 'false'}`"
    if isinstance(value, list) and not kind.startswith(("tuple", "list")):
        return "one value is expected, not a list"
    if kind.startswith(("tuple", "list")):
        return "write `[a, b]`"
    if value is None:
        return "give a value, or leave the key out"
    return None
