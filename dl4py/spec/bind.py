"""Values to things by pydantic, with all mistakes in one report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from dl4py.errors import MissingKey, SpecError, UnknownKey
from dl4py.spec.mistakes import mistakes, near
from dl4py.spec.override import override
from dl4py.spec.parse import parse
from dl4py.spec.sections import REQUIRED, find, sections
from dl4py.spec.source import Mark, Source
from dl4py.spec.thing import MarkedDict, Thing, marked

T = TypeVar("T", bound=Thing)


class Spec:
    """A bound spec: an attribute for each section, with the section's defaults where the text is silent."""

    def __init__(self, source: Source, bound: dict[str, Thing]) -> None:
        self.source = source
        self.bound = bound

    @property
    def section_names(self) -> tuple[str, ...]:
        """The sections that the text holds, in its order."""
        return tuple(self.bound)

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


def bind(
    source: Source | str | Mapping[str, Any], overrides: Iterable[str] = (), required: Sequence[str] = REQUIRED
) -> Spec:
    """The things of a text, or of plain values; raises one `SpecError` with all mistakes in the order of the text."""
    source, tree = _tree(source)
    for text in overrides:
        override(tree, text)
    found: list[SpecError] = []
    bound = {}
    for name, value in tree.items():
        known = find(name)
        if known is None:
            names = [other.name for other in sections()]
            found.append(
                UnknownKey(f"a spec has no section `{name}`", at=tree.keys_at.get(name), hint=near(name, names))
            )
            continue
        at = tree.values_at.get(name)
        if value is None:
            value = MarkedDict(mark=at)
        try:
            bound[name] = known.thing.model_validate(value)
        except ValidationError as error:
            found += mistakes(error, known.thing, name, value, at)
    for name in required:
        if name not in tree:
            hint = (
                "`dl4py init` prints an example" if name == "network" else f"`dl4py explain {name}` says what it holds"
            )
            found.append(MissingKey(f"a spec needs the section `{name}`", at=tree.mark, hint=hint))
    if found:
        raise SpecError.all(sorted(found, key=_order))
    return Spec(source, bound)


def bind_thing(cls: type[T], source: Source) -> T:
    """One thing out of a text that holds nothing else."""
    tree = parse(source)
    try:
        return cls.model_validate(tree)
    except ValidationError as error:
        raise SpecError.all(sorted(mistakes(error, cls, cls.__name__, tree, tree.mark), key=_order)) from None


def _tree(source: Source | str | Mapping[str, Any]) -> tuple[Source, MarkedDict]:
    if isinstance(source, Mapping):
        return Source("<values>", ""), marked(source)
    if isinstance(source, str):
        source = Source("<text>", source)
    return source, parse(source)


def _order(mistake: SpecError) -> tuple[bool, int, int]:
    """The order of the text; what `--set` added comes last."""
    at = mistake.at
    return (at.source.name == "--set", at.line, at.column) if isinstance(at, Mark) else (False, 0, 0)
