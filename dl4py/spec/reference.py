"""Things as reference pages, and `dl4py explain`."""

from __future__ import annotations

import importlib
from difflib import get_close_matches
from typing import Any

from dl4py import errors
from dl4py.errors import DL4PyError
from dl4py.registry import KINDS, Kind
from dl4py.spec.sections import sections
from dl4py.spec.thing import Thing, facts

ROOMS = (
    "schedules", "distributions", "activations", "losses", "initializers", "updaters", "regularization", "constraints",
    "dropouts", "weight_noise", "preprocessors", "vertices", "layers", "data.readers", "data.normalizers",
    "spark.masters", "formats.importers", "formats.exporters", "network.inputs",
)  # fmt: skip


def kinds() -> dict[str, Kind[Any]]:
    """All kinds by the name of their room."""
    for room in ROOMS:
        importlib.import_module(f"dl4py.{room}")
    return dict(KINDS)


def page(cls: type[Thing], heading: str) -> str:
    """Markdown of one thing: its documentation and its keys."""
    lines = [f"### {heading}", "", _doc(cls), ""]
    if cls.java:
        lines += [f"DL4J: `{cls.java}`", ""]
    rows = [_row(name, field) for name, field in cls.model_fields.items() if not facts(field).get("hidden")]
    if rows:
        lines += ["| key | value | default | meaning |", "|---|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _doc(cls: type) -> str:
    import inspect

    return inspect.cleandoc(cls.__doc__ or "")


def _row(name: str, field: Any) -> str:
    default = "**needed**" if field.is_required() else f"`{_shown(field.get_default(call_default_factory=True))}`"
    more = " *(from `defaults:`)*" if facts(field).get("inherited") else ""
    return f"| `{field.alias or name}` | {_kind_of(field)} | {default} | {field.description}{more} |"


def _shown(value: Any) -> str:
    from dl4py.spec.write import tree_of

    if value is None:
        return "none"
    value = tree_of(value)
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _kind_of(field: Any) -> str:
    """The values of a key in plain words."""
    from pydantic import TypeAdapter

    try:
        made = TypeAdapter(field.rebuild_annotation()).json_schema()
    except Exception:  # a type that JSON Schema cannot describe is described by its name
        return str(getattr(field.annotation, "__name__", "value"))
    return _words(made, made.get("$defs", {}))


def _words(made: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "$ref" in made:
        return "a mapping"
    if "dl4py-kind" in made:
        return f"one of [{made['dl4py-kind']}]"
    if "enum" in made:
        return ", ".join(f"`{value}`" for value in made["enum"])
    if "const" in made:
        return f"`{made['const']}`"
    if "anyOf" in made:
        parts = [_words(part, definitions) for part in made["anyOf"]]
        return " or ".join(dict.fromkeys(part for part in parts if part != "nothing"))
    kind = made.get("type")
    if kind == "array":
        return f"list of {_words(made.get('items', {}), definitions)}" if made.get("items") else "list"
    words = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false"}
    word = {"null": "nothing", "object": "a mapping"}.get(str(kind)) or words.get(str(kind), "value")
    bounds = [
        f"{sign} {made[name]:g}"
        for name, sign in (("exclusiveMinimum", ">"), ("minimum", "≥"), ("exclusiveMaximum", "<"), ("maximum", "≤"))
        if name in made
    ]
    return f"{word} {', '.join(bounds)}".strip()


def explain(name: str) -> str:
    """The documentation of a type, a key, a kind, a section or an error."""
    found = [*_types(name), *_kinds(name), *_sections(name), *_errors(name)] or _keys(name)
    if not found:
        near = get_close_matches(name, sorted(_names()), n=3)
        raise DL4PyError(
            f"nothing is called `{name}`", hint=f"did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else None
        )
    return "\n".join(found).rstrip()


def _types(name: str) -> list[str]:
    return [page(kind.members()[name], f"{name} ({kind.noun})") for kind in kinds().values() if name in kind.members()]


def _kinds(name: str) -> list[str]:
    word = name.replace("_", " ").replace("-", " ")
    return [
        f"### {kind.noun}\n\n"
        + "\n".join(f"* `{n}` – {_doc(c).splitlines()[0]}" for n, c in kind.members().items())
        + "\n"
        for room, kind in kinds().items()
        if word in (kind.noun, kind.noun + "s", room.replace("_", " "))
    ]


def _sections(name: str) -> list[str]:
    head, _, key = name.partition(".")
    found = []
    for known in sections():
        if known.name != head:
            continue
        if not key:
            found.append(page(known.thing, f"section `{head}`"))
        elif key in known.thing.model_fields:
            found.append(
                f"### {name}\n\n{known.thing.model_fields[key].description}\n\n{_row(key, known.thing.model_fields[key])}\n"
            )
    return found


def _errors(name: str) -> list[str]:
    family = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, DL4PyError)]
    return [f"### {cls.code}\n\n{_doc(cls)}\n\nExit status {cls.status}.\n" for cls in family if cls.code == name]


def _keys(name: str) -> list[str]:
    rows: dict[str, list[str]] = {}
    for kind in kinds().values():
        for type_name, cls in kind.members().items():
            for field_name, field in cls.model_fields.items():
                if name in (field_name, field.alias) and not facts(field).get("hidden"):
                    rows.setdefault(_row(field_name, field), []).append(type_name)
    lines = [f"{row} of {', '.join(f'`{t}`' for t in types)}" for row, types in rows.items()]
    return [f"### {name} (key)", "", *lines] if lines else []


def _names() -> set[str]:
    names = {known.name for known in sections()}
    for kind in kinds().values():
        names |= {kind.noun, *kind.members()}
        names |= {field for cls in kind.members().values() for field in cls.model_fields}
    return names
