"""Values to things by pydantic; its error locations to places in the text, with hints, in one report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import ValidationError

from dl4py.errors import InvalidValue, MissingKey, SpecError, UnknownKey, UnknownType
from dl4py.spec import wording
from dl4py.spec.override import override
from dl4py.spec.parse import parse
from dl4py.spec.sections import REQUIRED, find, sections
from dl4py.spec.source import Mark, Source
from dl4py.spec.thing import MarkedDict, MarkedList, Thing, facts

T = TypeVar("T", bound=Thing)


class Spec:
    """A bound spec: an attribute for each section, with the section's defaults where the text is silent."""

    def __init__(self, source: Source, bound: dict[str, Thing]) -> None:
        self.source = source
        self.bound = bound

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self.bound:
            return self.bound[name]
        known = find(name)
        if known is None:
            raise AttributeError(name)
        if any(field.is_required() for field in known.thing.model_fields.values()):
            return None
        return known.thing()


def bind(source: Source | str, overrides: Iterable[str] = (), required: Sequence[str] = REQUIRED) -> Spec:
    """The things of a text; raises one `SpecError` with all mistakes in the order of the text."""
    if isinstance(source, str):
        source = Source("<text>", source)
    tree = parse(source)
    for text in overrides:
        override(tree, text)
    mistakes: list[SpecError] = []
    bound = {}
    for name, value in tree.items():
        known = find(name)
        if known is None:
            mistakes.append(_unknown_section(name, tree.keys_at[name]))
            continue
        if value is None:
            value = MarkedDict()
            value.mark, value.keys_at, value.values_at = tree.values_at[name], {}, {}
        try:
            bound[name] = known.thing.model_validate(value)
        except ValidationError as error:
            mistakes += _mistakes(error, known.thing, name, value, tree.values_at[name])
    for name in required:
        if name not in tree:
            mistakes.append(
                MissingKey(f"a spec needs the section `{name}`", at=tree.mark, hint="`dl4py init` prints an example")
            )
    if mistakes:
        raise SpecError.all(sorted(mistakes, key=_order))
    return Spec(source, bound)


def bind_thing(cls: type[T], source: Source) -> T:
    """One thing out of a text that holds nothing else."""
    tree = parse(source)
    try:
        return cls.model_validate(tree)
    except ValidationError as error:
        raise SpecError.all(_mistakes(error, cls, cls.__name__, tree, tree.mark)) from None


def _order(mistake: SpecError) -> tuple[int, int]:
    at = mistake.at
    return (at.line, at.column) if isinstance(at, Mark) else (0, 0)


def _unknown_section(name: str, at: Mark) -> SpecError:
    names = [known.name for known in sections()]
    return UnknownKey(f"a spec has no section `{name}`", at=at, hint=near(name, names))


def near(name: str, names: Sequence[str]) -> str:
    """`did you mean …?`, or the list of what there is."""
    close = get_close_matches(name, names, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known: {', '.join(sorted(names))}"


def _mistakes(error: ValidationError, thing: type[Thing], name: str, value: Any, at: Mark | None) -> list[SpecError]:
    seen: dict[tuple[Any, ...], SpecError] = {}
    for detail in error.errors(include_url=False):
        for place, found in _flat(detail, thing, name, value, at):
            seen.setdefault(place, found)  # the branches of a union each complain; the first is enough
    return list(seen.values())


def _flat(
    detail: Any, thing: type[Thing], name: str, value: Any, at: Mark | None
) -> list[tuple[tuple[Any, ...], SpecError]]:
    """Follows a location down the text to the thing that refused."""
    path: list[Any] = []
    key: str | None = None
    missing = detail["type"] == "missing"
    steps = list(detail["loc"])
    last = steps[-1] if steps and (missing or detail["type"] == "extra_forbidden") else None
    for step in steps:
        if step is last and step is steps[-1]:
            break
        if isinstance(value, MarkedDict) and step in value:
            at, key, value = value.values_at[step], str(step), value[step]
            path.append(step)
        elif isinstance(value, MarkedList) and isinstance(step, int) and step < len(value):
            at, value = value.items_at[step], value[step]
            path.append(step)
        elif isinstance(step, int) and not isinstance(value, MarkedList | MarkedDict):
            path.append(step)
    if detail["type"] == "thing":
        inner = detail["ctx"]
        return [
            ((*path, *place), found)
            for deeper in inner["errors"]
            for place, found in _flat(deeper, inner["thing"], inner["type"], value, at)
        ]
    mistake = _mistake(detail, thing, name, key, last, value, at)
    return [((*path, last), mistake)]


def _mistake(
    detail: Any, thing: type[Thing], name: str, key: str | None, last: Any, value: Any, at: Mark | None
) -> SpecError:
    kind = detail["type"]
    if kind == "extra_forbidden":
        where = value.keys_at.get(last, at) if isinstance(value, MarkedDict) else at
        return UnknownKey(f"`{name}` has no key `{last}`", at=where, hint=near(str(last), _keys(thing)))
    if kind == "missing":
        return MissingKey(f"`{name}` needs the key `{last}`", at=at, hint=_about(thing, str(last)))
    if kind == "type_missing":
        return MissingKey(
            f"this {detail['ctx']['kind']} needs the key `type`",
            at=at,
            hint=f"`dl4py explain {detail['ctx']['kind']}` lists them",
        )
    if kind == "type_unknown":
        where = value.values_at.get("type", at) if isinstance(value, MarkedDict) else at
        return UnknownType(detail["ctx"]["message"], at=where, hint=detail["ctx"].get("hint"))
    message, hint = wording.describe(detail, key or name, value)
    return InvalidValue(message, at=at, hint=hint)


def _keys(thing: type[Thing]) -> list[str]:
    return [field.alias or name for name, field in thing.model_fields.items() if not facts(field).get("hidden")]


def _about(thing: type[Thing], name: str) -> str | None:
    for field_name, field in thing.model_fields.items():
        if name in (field_name, field.alias) and field.description:
            return f"{name}: {field.description[0].lower()}{field.description[1:].rstrip('.')}"
    return None
