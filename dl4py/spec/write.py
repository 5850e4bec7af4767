"""Things to YAML, leaving out what equals its default."""

from __future__ import annotations

import re
from typing import Any

from dl4py.spec.parse import scalar
from dl4py.spec.thing import Thing

WIDTH = 100
PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*")


def write(value: Any, *, full: bool = False) -> str:
    """YAML of a thing, of a bound spec, or of plain values; `full` writes defaults too."""
    bound = getattr(value, "bound", None)
    if isinstance(bound, dict):
        tree: Any = {name: tree_of(thing, full=full) for name, thing in bound.items()}
    else:
        tree = tree_of(value, full=full)
    return "\n".join(_block(tree, 0)) + "\n"


def tree_of(value: Any, *, full: bool = False) -> Any:
    """Plain mappings, lists and scalars of a thing, in the shortest form that reads back the same."""
    if isinstance(value, Thing):
        return _thing(value, full)
    if isinstance(value, tuple | list):
        if value and all(isinstance(v, tuple) and len(v) == 2 and isinstance(v[0], str | int) for v in value):
            return {str(k): tree_of(v, full=full) for k, v in value}
        return [tree_of(item, full=full) for item in value]
    return value


def _thing(thing: Thing, full: bool) -> Any:
    cls = type(thing)
    kind_base = next((base for base in cls.__mro__ if base.__dict__.get("kind") is not None), None)
    made: dict[str, Any] = {}
    for name, field in cls.model_fields.items():
        value = getattr(thing, name)
        if not full and not field.is_required() and _is_default(cls, name, field, value):
            continue
        made[field.alias or name] = tree_of(value, full=full)
    if kind_base is None:
        return made
    if not made:
        return cls.type
    short = kind_base.short  # type: ignore[attr-defined]
    if (
        short
        and short == f"{cls.type}.{next(iter(made))}"
        and len(made) == 1
        and not isinstance(made[next(iter(made))], dict)
    ):
        return next(iter(made.values()))
    front = {"name": made.pop("name")} if "name" in made else {}
    return {**front, "type": cls.type, **made}


def _is_default(cls: type[Thing], name: str, field: Any, value: Any) -> bool:
    default = field.get_default(call_default_factory=True)
    if default == value:
        return True
    if isinstance(value, Thing) and not isinstance(default, Thing) and default is not None:
        return _default_things(cls, name) == value
    return False


_known: dict[tuple[type[Thing], str], Any] = {}


def _default_things(cls: type[Thing], name: str) -> Any:
    """The thing that a default in short form (`sigmoid`) stands for."""
    if (cls, name) not in _known:
        from pydantic import TypeAdapter

        field = cls.model_fields[name]
        annotation: Any = field.annotation
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        _known[cls, name] = adapter.validate_python(field.get_default())
    return _known[cls, name]


def _block(tree: Any, indent: int) -> list[str]:
    pad = "  " * indent
    lines = []
    for key, value in tree.items():
        flow = _flow(value)
        if isinstance(value, dict | list) and value and (len(flow) + len(pad) + len(key) > WIDTH or _tall(value)):
            lines.append(f"{pad}{_word(key)}:")
            lines += _items(value, indent + 1) if isinstance(value, list) else _block(value, indent + 1)
        else:
            lines.append(f"{pad}{_word(key)}: {flow}")
    return lines


def _tall(value: Any) -> bool:
    """Whether a value reads better over several lines: sections, and lists of mappings."""
    if isinstance(value, list):
        return any(isinstance(item, dict) for item in value)
    return any(isinstance(item, list) and _tall(item) for item in value.values()) or (
        sum(isinstance(item, dict | list) for item in value.values()) > 1
    )


def _items(items: list[Any], indent: int) -> list[str]:
    pad = "  " * indent
    lines = []
    for item in items:
        flow = _flow(item)
        if isinstance(item, dict) and len(flow) + len(pad) > WIDTH + 20:
            inner = _block(item, indent + 1)
            lines += [f"{pad}- {inner[0].strip()}", *inner[1:]]
        else:
            lines.append(f"{pad}- {flow}")
    return lines


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_word(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
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
    if PLAIN.fullmatch(text) and isinstance(scalar(text), str):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"'
        + "".join(
            c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 65536 else f"\\U{ord(c):08x}" for c in escaped
        )
        + '"'
    )


def _number(value: float) -> str:
    if value != value:
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    return repr(value)
