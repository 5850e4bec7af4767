"""Things as reference pages, and `dl4py explain`."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from pydantic.fields import FieldInfo

from dl4py import errors
from dl4py.errors import DL4PyError
from dl4py.registry import KINDS, Kind
from dl4py.spec.mistakes import field_of, plain_thing
from dl4py.spec.sections import sections
from dl4py.spec.thing import Thing, facts
from dl4py.spec.tree import tree_of
from dl4py.spec.wording import choices, schema_of, takes


def kinds() -> dict[str, Kind[Any]]:
    """All kinds by the name of their room, in alphabetical order; every room's `base.py` is loaded, its members not."""
    house = importlib.import_module("dl4py")
    for module in pkgutil.walk_packages(house.__path__, "dl4py."):
        if module.name.endswith(".base"):
            importlib.import_module(module.name)
    sections()  # a section may bring a kind of its own, such as the inputs of a network
    return dict(sorted(KINDS.items()))


def page(cls: type[Thing], heading: str) -> str:
    """Markdown of one thing: its documentation, DL4J's class, its keys."""
    lines = [f"### {heading}", "", _doc(cls), ""]
    if cls.java:
        lines += [f"DL4J: `{cls.java}`", ""]
    rows = [_row(name, field) for name, field in _fields(cls)]
    if rows:
        lines += ["| key | value | default | meaning |", "|---|---|---|---|", *rows, ""]
    return "\n".join(lines)


def explain(name: str) -> str:
    """The documentation of a type, a kind, a section, an error or a key (`dropout`, or `network.seed`)."""
    found = [*_kinds(name), *_sections(name), *_types(name), *_errors(name), *_keys(name)]
    if not found:
        near = get_close_matches(name, sorted(_names()), n=3, cutoff=0.75)
        hint = (
            f"did you mean {' or '.join(f'`{n}`' for n in near)}?"
            if near
            else "`layer`, `updater`, `network` and the like list what there is"
        )
        raise DL4PyError(f"nothing is called `{name}`", hint=hint)
    return "\n".join(found).rstrip()


def _fields(cls: type[Thing]) -> list[tuple[str, FieldInfo]]:
    """The keys that a spec can write, those of its own before those that `defaults:` may say."""
    shown = [(field.alias or n, field) for n, field in cls.model_fields.items() if not facts(field).get("hidden")]
    return sorted(shown, key=lambda entry: bool(facts(entry[1]).get("inherited")))


def _doc(cls: type) -> str:
    return inspect.cleandoc(cls.__doc__ or "")


def _row(name: str, field: FieldInfo) -> str:
    default = "**needed**" if field.is_required() else f"`{_default(field)}`"
    more = " *(from `defaults:`)*" if facts(field).get("inherited") else ""
    cells = [f"`{name}`", _bare(takes(schema_of(field))), default, f"{field.description}{more}"]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _bare(words: str) -> str:
    """Numbers without their article, which a table does not need."""
    return words.removeprefix("a ").removeprefix("an ") if words.startswith(("a whole", "a number")) else words


def _default(field: FieldInfo) -> str:
    value = tree_of(field.get_default(call_default_factory=True))
    if isinstance(value, bool):
        return "true" if value else "false"
    if value in ("", " ", ",", "\t"):
        return json.dumps(value)
    return "none" if value is None else "'\"'" if value == '"' else str(value)


def _said(name: str, field: FieldInfo) -> str:
    """One key as sentences."""
    default = "It is needed." if field.is_required() else f"Default: `{_default(field)}`."
    more = " A layer that does not say takes it from `defaults:`." if facts(field).get("inherited") else ""
    return f"{field.description} Takes {takes(schema_of(field))}. {default}{more}"


def _kinds(name: str) -> list[str]:
    word = name.replace("_", " ").replace("-", " ")
    return [
        f"### {kind.noun}\n\n{_doc(kind.base)}\n\n"
        + "".join(f"* `{n}` – {_first(_doc(cls))}\n" for n, cls in kind.members().items())
        for room, kind in kinds().items()
        if word in (kind.noun, kind.plural, room.replace("_", " "))
    ]


def _first(doc: str) -> str:
    """The first paragraph, in one line."""
    return " ".join(doc.partition("\n\n")[0].split())


def _sections(name: str) -> list[str]:
    return [page(known.thing, f"section `{name}`") for known in sections() if known.name == name]


def _types(name: str) -> list[str]:
    return [page(kind.members()[name], f"{name} ({kind.noun})") for kind in kinds().values() if name in kind.members()]


def _errors(name: str) -> list[str]:
    return [f"### {cls.code}\n\n{_doc(cls)}\n\nExit status {cls.status}.\n" for cls in _family() if cls.code == name]


def _family() -> list[type[DL4PyError]]:
    return [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, DL4PyError)]


def _keys(name: str) -> list[str]:
    if "." in name:
        said_once = dict.fromkeys(_said(key, field) for key, field in _at(name.split(".")))
        return [f"### {name}\n\n{sentences}\n" for sentences in said_once]
    said: dict[str, list[str]] = {}
    for owner, cls in _things():
        for key, field in _fields(cls):
            if key == name:
                said.setdefault(_said(key, field), []).append(f"`{owner}`")
    lines = [f"* {sentences}\n  In {', '.join(dict.fromkeys(owners))}.\n" for sentences, owners in said.items()]
    return [f"### {name} (key)\n\n{''.join(lines)}"] if lines else []


def _things() -> Iterator[tuple[str, type[Thing]]]:
    """Everything that has keys, with the name that a spec gives it."""
    for known in sections():
        yield known.name, known.thing
        for key, field in _fields(known.thing):
            if inner := plain_thing(field.annotation):
                yield f"{known.name}.{key}", inner
    for kind in kinds().values():
        yield from kind.members().items()


def _at(steps: list[str]) -> Iterator[tuple[str, FieldInfo]]:
    """The key at the end of a path: `network.seed`, `network.defaults.l2`, `network.layers.dense.n_out`."""
    holders = [known.thing for known in sections() if known.name == steps[0]]
    for step in steps[1:-1]:
        holders = [inner for cls in holders for inner in _below(cls, step)]
    for cls in holders:
        if (field := field_of(cls, steps[-1])) and not facts(field).get("hidden"):
            yield steps[-1], field


def _below(cls: type[Thing], step: str) -> list[type[Thing]]:
    """The things that may stand under a key; after a key that takes a kind, one of its types may be named."""
    if step == cls.type:
        return [cls]
    field = field_of(cls, step)
    if field is None:
        return []
    if inner := plain_thing(field.annotation):
        return [inner]
    parts = [part for choice in choices(schema_of(field)) for part in choices(choice.get("items", choice))]
    rooms = [part["dl4py-kind"] for part in parts if "dl4py-kind" in part]
    return [member for room in rooms for member in KINDS[room].members().values()]


def _names() -> set[str]:
    """Everything that can be explained."""
    names = {cls.code for cls in _family()} | {kind.noun for kind in kinds().values()}
    for owner, cls in _things():
        names |= {owner, *(key for key, _ in _fields(cls))}
    return names | {f"{known.name}.{key}" for known in sections() for key, _ in _fields(known.thing)}
