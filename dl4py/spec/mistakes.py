"""pydantic's errors to mistakes: their locations to places in the text, their types to plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from dl4py.errors import InvalidValue, MissingKey, SpecError, UnknownKey, UnknownType
from dl4py.registry import KINDS
from dl4py.spec import wording
from dl4py.spec.sections import sections
from dl4py.spec.source import Mark
from dl4py.spec.thing import MarkedDict, MarkedList, Thing, facts

ABSENT = ("missing", "extra_forbidden")  # their location ends in a key that the value or the class lacks


@dataclass(frozen=True)
class Spot:
    """A value in the text: the thing around it, the key that holds it, its place.

    `below` are the steps from the key to an item; `path` all steps from the top; `union` the path at which pydantic
    began to try several types.
    """

    thing: type[Thing]
    name: str
    value: Any
    at: Mark | None
    key: str | None = None
    holder: FieldInfo | None = None
    below: tuple[int | str, ...] = ()
    path: tuple[int | str, ...] = ()
    union: tuple[int | str, ...] | None = None

    def into(self, step: int | str) -> Spot:
        """One step of a location; steps that the text does not have name one of several types."""
        if isinstance(self.value, MarkedDict) and step in self.value:
            value, at = self.value[str(step)], self.value.values_at.get(str(step), self.at)
        elif isinstance(self.value, MarkedList) and isinstance(step, int) and step < len(self.value):
            value, at = self.value[step], self.value.items_at[step] if self.value.items_at else self.at
        elif self._pairs() and isinstance(step, int) and step < len(self.value):
            name, at = list(self.value)[step], self.at  # the mapping is read as a list of pairs
            return replace(
                self,
                value=self.value[name],
                at=self.value.values_at.get(name, at),
                below=(name,),
                path=(*self.path, name),
            )
        elif isinstance(step, str) and self.union is None:
            return replace(self, union=self.path)
        else:
            return self
        around = self.mapping()
        found = replace(self, value=value, at=at, path=(*self.path, step))
        if around is None:
            return replace(found, below=(*self.below, step))
        return replace(found, thing=around, key=str(step), holder=field_of(around, str(step)), below=())

    def _pairs(self) -> bool:
        """Whether this is a mapping from names of the user's to things."""
        named = isinstance(self.value, MarkedDict) and self.holder is not None and not self.below
        return named and isinstance(self.schema().get("additionalProperties"), dict)

    def mapping(self) -> type[Thing] | None:
        """The class whose keys stand here; None in an open mapping, a list or a scalar."""
        if self.key is None:
            return self.thing
        return plain_thing(self.holder.annotation) if self.holder and isinstance(self.value, dict) else None

    def schema(self) -> dict[str, Any]:
        """JSON Schema of what may stand here."""
        if self.holder is None:
            return {"type": "object"} if self.key is None else {}
        schema = wording.schema_of(self.holder)
        for step in self.below:
            schema = wording.inside(schema, step)
        return schema


@dataclass(frozen=True)
class _Found:
    spot: Spot
    branch: tuple[Any, ...]
    mistake: SpecError = field(compare=False)


def mistakes(error: ValidationError, thing: type[Thing], name: str, value: Any, at: Mark | None) -> list[SpecError]:
    """All mistakes of one thing; those of the branches of a union become one, those of an alias are told once."""
    start = Spot(thing, name, value, at)
    found = [one for detail in error.errors(include_url=False) for one in _flat(detail, start)]
    told: dict[Any, SpecError] = {}
    for one in found:
        if one.spot.union is not None and _outdone(one, found):
            continue
        place = one.spot.at or one.spot.path
        told.setdefault((str(one.mistake), place), one.mistake)
    return list(told.values())


def _outdone(one: _Found, found: list[_Found]) -> bool:
    """Whether another branch of the same union understood more of the text, or said it first."""
    rivals = [other for other in found if other.spot.union == one.spot.union]
    deepest = max(len(other.spot.path) for other in rivals)
    best = next(other for other in rivals if len(other.spot.path) == deepest)
    if deepest > len(one.spot.union or ()):
        return one.branch != best.branch
    return one is not best


def _flat(detail: Any, spot: Spot) -> Iterator[_Found]:
    steps = detail["loc"][:-1] if detail["type"] in ABSENT else detail["loc"]  # the last is what is absent
    branch: tuple[Any, ...] = ()
    for step in steps:
        before, spot = spot, spot.into(step)
        if spot.union is not None and before.union is None:
            branch = (step,)
    if detail["type"] == "thing":
        inner = detail["ctx"]
        start = Spot(inner["thing"], inner["type"], spot.value, spot.at, path=spot.path, union=spot.union)
        for deeper in inner["errors"]:
            if deeper["type"] == "thing_type" and deeper["input"] is None and not _written(deeper, spot.value):
                continue  # what would be made of another key, which is itself missing
            if not isinstance(spot.value, dict) and deeper["type"] not in ABSENT:  # a bare value, as in `dropout: 0.5`
                yield _Found(spot, branch, _mistake(deeper, spot))
                continue
            for one in _flat(deeper, start):
                yield replace(one, branch=(*branch, *one.branch))
    else:
        yield _Found(spot, branch, _mistake(detail, spot))


def _written(detail: Any, value: Any) -> bool:
    return isinstance(value, dict) and bool(detail["loc"]) and detail["loc"][0] in value


def _mistake(detail: Any, spot: Spot) -> SpecError:
    kind, last = detail["type"], str(detail["loc"][-1]) if detail["loc"] else ""
    thing, owner = spot.mapping() or spot.thing, spot.key or spot.name
    if kind == "extra_forbidden":
        at = spot.value.keys_at.get(last, spot.at) if isinstance(spot.value, MarkedDict) else spot.at
        return UnknownKey(f"`{owner}` has no key `{last}`", at=at, hint=_for_key(last, thing))
    if kind == "missing" and isinstance(detail["loc"][-1], str):
        return MissingKey(f"`{owner}` needs the key `{last}`", at=spot.at, hint=_about(thing, last))
    if kind == "type_missing":
        noun = detail["ctx"]["kind"]
        lists = f"`dl4py explain {noun.replace(' ', '-')}` lists them"
        return MissingKey(f"this {noun} needs the key `type`", at=spot.at, hint=lists)
    if kind == "type_word":
        value = spot.value["type"] if isinstance(spot.value, dict) else spot.value
        return InvalidValue(f"`type` must be a word, found {wording.shown(value)}", at=_of_type(spot))
    if kind == "type_unknown":
        hint = detail["ctx"].get("hint")
        if isinstance(spot.value, str) and wording.NUMBER.fullmatch(spot.value):
            hint = wording.way_out(spot.schema(), spot.value, []) or hint
        return UnknownType(detail["ctx"]["message"], at=_of_type(spot), hint=hint)
    subject = f"an item of `{owner}`" if spot.below else f"`{owner}`"
    schema = spot.schema()
    inner = plain_thing(spot.holder.annotation) if spot.holder else thing if spot.key is None else None
    wants = inner is not None and not isinstance(spot.value, dict) and kind.startswith(("model", "dict"))
    hint = wording.way_out(schema, spot.value, keys_of(inner) if wants and inner else [])
    return InvalidValue(wording.complaint(detail, subject, spot.value, schema), at=spot.at, hint=hint)


def _of_type(spot: Spot) -> Mark | None:
    return spot.value.values_at.get("type", spot.at) if isinstance(spot.value, MarkedDict) else spot.at


def field_of(thing: type[Thing], name: str) -> FieldInfo | None:
    return next((f for n, f in thing.model_fields.items() if name in (f.alias, n)), None)


def plain_thing(annotation: Any) -> type[Thing] | None:
    """The class of a key that holds a mapping of fixed keys, alone or in a list."""
    if isinstance(annotation, type) and issubclass(annotation, Thing):
        return annotation if annotation.__dict__.get("kind") is None else None
    return next((found for part in get_args(annotation) if (found := plain_thing(part))), None)


def near(name: str, names: Sequence[str]) -> str:
    """`did you mean …?`, or the list of what there is."""
    close = get_close_matches(name, names, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known: {', '.join(sorted(names))}" if names else "it has none"


def _for_key(name: str, thing: type[Thing]) -> str:
    """The nearest key of the thing; else the section or the neighbouring key where `name` belongs."""
    keys = keys_of(thing)
    if get_close_matches(name, keys, n=1):
        return near(name, keys)
    for holder, field_ in thing.model_fields.items():
        for choice in wording.choices(wording.schema_of(field_)):
            kind = KINDS.get(choice.get("dl4py-kind", ""))
            if kind and any(name in keys_of(member) for member in kind.members().values()):
                return f"`{name}` belongs inside `{field_.alias or holder}`: `{holder}: {{type: …, {name}: …}}`"
    for known in sections():
        if name in keys_of(known.thing) and known.thing is not thing:
            return f"`{name}` is a key of the section `{known.name}`"
    return near(name, keys)


def keys_of(thing: type[Thing]) -> list[str]:
    """The keys of a thing as a spec writes them."""
    return [f.alias or name for name, f in thing.model_fields.items() if not facts(f).get("hidden")]


def _about(thing: type[Thing], name: str) -> str | None:
    found = field_of(thing, name)
    if found is None or not found.description:
        return None
    doc = found.description
    return f"{name}: {doc[0].lower()}{doc[1:].rstrip('.')}"
