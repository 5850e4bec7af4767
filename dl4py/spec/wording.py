"""What a key takes, and what is wrong with a value, in plain words; both come from the key's JSON Schema."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core.core_schema import ErrorType

from dl4py.registry import KINDS

NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
UNIT = re.compile(r"[-+]?[0-9.]+\s*[A-Za-zµ%]+")
YES, NO = ("yes", "on", "true", "y"), ("no", "off", "false", "n")
OF_SCHEMA = {*get_args(ErrorType), "rate_type", "thing_type"} - {"value_error", "assertion_error"}
ONE = {"integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false"}
MANY = {"integer": "whole numbers", "number": "numbers", "string": "words", "boolean": "true or false"}


def schema_of(field: FieldInfo) -> dict[str, Any]:
    """JSON Schema of the values of one key; kinds are placeholders `{"dl4py-kind": room}`."""
    return TypeAdapter(field.rebuild_annotation()).json_schema()


def choices(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The alternatives of a schema, without null."""
    return [c for part in schema.get("anyOf", [schema]) for c in (choices(part) if "anyOf" in part else [part])
            if c.get("type") != "null"]  # fmt: skip


def inside(schema: dict[str, Any], step: int | str) -> dict[str, Any]:
    """The schema of an item of a list, or of an entry of a mapping."""
    for choice in choices(schema):
        fixed, rest = choice.get("prefixItems", []), choice.get("items")
        if isinstance(step, int) and (step < len(fixed) or isinstance(rest, dict)):
            return fixed[step] if step < len(fixed) else rest or {}
        entry = choice.get("additionalProperties")
        if isinstance(step, str) and isinstance(entry, dict):
            return entry
    return {}


def takes(schema: dict[str, Any], many: bool = False) -> str:
    """What a schema allows: `a whole number above 0`, `a number or a schedule`."""
    return " or ".join(dict.fromkeys(_choice(choice, many) for choice in choices(schema)))


def _choice(schema: dict[str, Any], many: bool) -> str:
    if "dl4py-kind" in schema:
        return _kind(schema["dl4py-kind"], many)
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ("one of " if len(values) > 1 else "") + ", ".join(f"`{value}`" for value in values)
    kind = schema.get("type", "")
    if kind == "array":
        return _list(schema)
    if kind == "string" and schema.get("maxLength") == schema.get("minLength") == 1:
        return "characters" if many else "one character"
    if kind == "string" and not many:
        return f"text{_length(schema)}"
    if kind in ONE:
        return f"{(MANY if many else ONE)[kind]}{_bounds(schema)}"
    return "mappings" if many else "a mapping" if "additionalProperties" in schema else "a mapping of keys"


def _length(schema: dict[str, Any]) -> str:
    low, high = schema.get("minLength"), schema.get("maxLength")
    if low == 1 and high is None:
        return " that is not empty"
    parts = [f"at {word} {n}" for word, n in (("least", low), ("most", high)) if n is not None]
    return f" of {' and '.join(parts)} characters" if parts else ""


def _list(schema: dict[str, Any]) -> str:
    fixed = schema.get("prefixItems", [])
    if fixed:
        return f"a list of {len(fixed)} {takes(fixed[0], many=True)}"
    return f"a list of {takes(schema['items'], many=True)}" if schema.get("items") else "a list"


def _kind(room: str, many: bool) -> str:
    noun = KINDS[room].noun
    bare = [_choice(choice, False) for choice in choices(bare_of(room)) if choice and "dl4py-kind" not in choice]
    if many:
        return KINDS[room].plural
    return " or ".join([*bare, article(noun)])


def bare_of(room: str) -> dict[str, Any]:
    """The schema of a bare value that stands for a thing of a kind (`dropout: 0.5`); empty where there is none."""
    kind = KINDS[room]
    if not getattr(kind.base, "short", None):
        return {}
    name, _, key = kind.base.short.rpartition(".")
    return schema_of(kind.get(name).model_fields[key])


def article(noun: str) -> str:
    """`a layer`, `an updater`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _bounds(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {plain(low)} to {plain(high)}"
    parts = [
        f"{word} {plain(bound)}"
        for word, bound in (("at least", low), ("above", above), ("at most", high), ("below", below))
        if bound is not None
    ]
    of = " of" if parts and parts[0].startswith("at") else ""
    return f"{of} {' and '.join(parts)}" if parts else ""


def complaint(detail: Any, subject: str, value: Any, schema: dict[str, Any]) -> str:
    """The message for one of pydantic's errors about `subject`, which holds `value`."""
    kind, context, found = detail["type"], detail.get("ctx", {}), shown(value)
    if kind in ("missing", "too_short", "too_long") and isinstance(value, list) and _fixed(schema):
        return f"{subject} must be {takes(schema)}, found a list of {len(value)}"
    if kind in ("too_short", "too_long"):
        few = kind == "too_short"
        limit = context["min_length" if few else "max_length"]
        return f"{subject} must have {'at least' if few else 'at most'} {limit} items, found {context['actual_length']}"
    if kind == "finite_number":
        return f"{subject} must be a finite number, found {found}"
    if kind in OF_SCHEMA and schema:
        return f"{subject} must be {takes(schema)}, found {found}"
    said = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    tail = "" if isinstance(value, dict | list) else f", found {found}"
    return f"{subject}: {said[:1].lower()}{said[1:]}{tail}"


def _fixed(schema: dict[str, Any]) -> bool:
    return any("prefixItems" in choice for choice in choices(schema))


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
        return f'"{value[:60]}"' if len(value) <= 60 else f'"{value[:60]}…"'
    return str(value)


def plain(value: Any) -> str:
    """A bound without a needless `.0`."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def way_out(schema: dict[str, Any], value: Any, keys: list[str]) -> str | None:
    """The hint for a value that `schema` refuses; `keys` are those of the mapping wanted here."""
    parts = choices(schema)
    kinds = {part.get("type", "") for part in parts}
    rooms = [part["dl4py-kind"] for part in parts if "dl4py-kind" in part]
    for room in rooms:
        kinds |= {part.get("type", "") for part in choices(bare_of(room))}
    if keys:
        return f"its keys: {', '.join(keys)}"
    if isinstance(value, str) and (hint := _for_text(parts, kinds, rooms, value)):
        return hint
    if isinstance(value, float) and "integer" in kinds and value.is_integer():
        return f"write {int(value)}"
    if value is None:
        return "give a value, or leave the key out"
    if isinstance(value, int) and not isinstance(value, bool) and value in (0, 1) and "boolean" in kinds:
        return f"write `{'true' if value else 'false'}`"
    if isinstance(value, list):
        return "one value is expected, not a list" if "array" not in kinds else None
    bare = any(_fits(part, value) for part in parts)  # a list of it would be as wrong
    if "array" in kinds and not bare and any(_fits(choice, value) for choice in choices(inside(schema, 0))):
        return "write `[{…}]`" if isinstance(value, dict) else f"write `[{str(value)[:40]}]`"
    return None


def _fits(schema: dict[str, Any], value: Any) -> bool:
    """Whether a value has the type that a schema asks for."""
    if isinstance(value, dict):
        return "dl4py-kind" in schema or "$ref" in schema
    if isinstance(value, str):
        return schema.get("type") == "string" or "dl4py-kind" in schema
    return schema.get("type") in ("integer", "number") and not isinstance(value, bool | float)


def _for_text(parts: list[dict[str, Any]], kinds: set[str], rooms: list[str], value: str) -> str | None:
    if kinds & {"integer", "number"}:
        if NUMBER.fullmatch(value):
            return f"without the quotes it is a number: {value}"
        if UNIT.fullmatch(value):
            return "write the plain number, without a unit"
    if "boolean" in kinds and value.lower() in (*YES, *NO):
        return f"write `{'true' if value.lower() in YES else 'false'}`"
    for room in rooms:
        if value in KINDS[room].names():
            return f"write it as a mapping: `{{type: {value}, …}}`"
    words = [str(word) for part in parts for word in part.get("enum", [])]
    near = get_close_matches(value.lower(), words, n=1)
    return f"did you mean `{near[0]}`?" if near else None
