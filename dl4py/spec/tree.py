"""Things to plain mappings, lists and scalars, in the shortest form that reads back the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from dl4py.spec.thing import Thing, facts, paths_of


def tree_of(value: Any, *, full: bool = False, absolute: bool = False) -> Any:
    """What a spec would hold for `value`; `full` fills in defaults, `absolute` completes paths."""
    return Tree(full, absolute).of(value)


@dataclass(frozen=True)
class Tree:
    """How things become plain values; `offered` are the keys that a `defaults:` above sets."""

    full: bool = False
    absolute: bool = False
    offered: frozenset[str] = frozenset()

    def of(self, value: Any, short: bool = True) -> Any:
        """Plain values; `short` allows a bare name or number for a thing of a kind."""
        if isinstance(value, Thing):
            made = self.keys(value)
            base = kind_of(type(value))
            return made if base is None else _typed(value, base, made, short)
        if isinstance(value, tuple | list):
            return [self.of(item, short) for item in value]
        if isinstance(value, dict):
            return {str(name): self.of(inner, short) for name, inner in value.items()}
        return value

    def keys(self, thing: Thing) -> dict[str, Any]:
        """The keys of one thing and what they hold, in the order of the class, what `defaults:` may say last."""
        cls = type(thing)
        inner = replace(self, offered=self.offered | _offers(thing))
        made = {}
        for name, field in sorted(cls.model_fields.items(), key=lambda entry: entry[0] in inherited_of(cls)):
            value = getattr(thing, name)
            if not self.holds(thing, name, field, value):
                continue
            if self.absolute and (field.alias or name) in paths_of(cls):
                value = _completed(value)
            if _of_pairs(value) and _is_mapping(cls, name):
                value = dict(value)
            made[field.alias or name] = inner.of(value, _takes_names(cls, name))
        return made

    def holds(self, thing: Thing, name: str, field: FieldInfo, value: Any) -> bool:
        """Whether a key is written.

        An inherited key that was written says something even where it equals the default: inside `defaults:` to every
        layer, and below it that this layer differs. One that was not written must stay open for `defaults:`.
        """
        if facts(field).get("inherited") and (kind_of(type(thing)) is None or name in self.offered):
            return name in thing.model_fields_set
        return self.full or field.is_required() or not _is_default(type(thing), name, value)


def kind_of(cls: type[Thing]) -> type[Thing] | None:
    """The class that stands for the whole kind of a thing; None for a thing without a kind."""
    return next((base for base in cls.__mro__ if base.__dict__.get("kind") is not None), None)


def _typed(thing: Thing, base: type[Thing], made: dict[str, Any], short: bool) -> Any:
    if short and not made:
        return thing.type
    if short and len(made) == 1:
        name, value = next(iter(made.items()))
        if base.short == f"{thing.type}.{name}" and isinstance(value, int | float) and not isinstance(value, bool):
            return value
    front = {"name": made.pop("name")} if made.get("name") is not None else {}
    return {**front, "type": thing.type, **made}


def _offers(thing: Thing) -> set[str]:
    """The keys that a `defaults:` of this thing sets for what stands beside it."""
    values = (getattr(thing, name) for name in type(thing).model_fields)
    return {
        name
        for value in values
        if isinstance(value, Thing) and kind_of(type(value)) is None
        for name in value.model_fields_set & inherited_of(type(value))
    }


@cache
def inherited_of(cls: type[Thing]) -> frozenset[str]:
    """The names of inherited keys."""
    return frozenset(name for name, field in cls.model_fields.items() if facts(field).get("inherited"))


def _completed(value: Any) -> Any:
    """A path or several, from the root of the file system where they began at the working folder."""
    if isinstance(value, tuple):
        return tuple(map(_completed, value))
    return str(Path.cwd() / value) if isinstance(value, str) and "://" not in value else value


def _of_pairs(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(v, tuple) and len(v) == 2 for v in value)


@cache
def _is_mapping(cls: type[Thing], name: str) -> bool:
    """Whether a spec writes a key's pairs as a mapping, not as a list of lists."""
    schema = TypeAdapter(cls.model_fields[name].rebuild_annotation()).json_schema()
    return any("additionalProperties" in choice for choice in schema.get("anyOf", [schema]))


@cache
def _takes_names(cls: type[Thing], name: str) -> bool:
    """Whether a bare name can stand for a thing: not where the key takes plain scalars as well."""

    def scalars(annotation: Any) -> bool:
        return annotation in (str, int, float) or any(map(scalars, get_args(annotation)))

    return not scalars(cls.model_fields[name].annotation)


def _is_default(cls: type[Thing], name: str, value: Any) -> bool:
    default = cls.model_fields[name].get_default(call_default_factory=True)
    if _same(default, value):
        return True
    return isinstance(value, Thing | tuple) and default is not None and bool(_default(cls, name) == value)


def _same(a: Any, b: Any) -> bool:
    """Equality under which `true` is not 1, and not-a-number is itself."""
    return (isinstance(a, bool) == isinstance(b, bool)) and bool(a == b or (a != a and b != b))


@cache
def _default(cls: type[Thing], name: str) -> Any:
    """The value that a default in short form (`sigmoid`) stands for."""
    field = cls.model_fields[name]
    adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
    return adapter.validate_python(field.get_default(call_default_factory=True))
