"""The top-level keys of a spec: each room's `config.py` registers one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from dl4py.errors import PluginError
from dl4py.spec.thing import Thing

T = TypeVar("T", bound=type[Thing])


@dataclass(frozen=True)
class Section:
    """One top-level key: its class and its place in the text."""

    name: str
    thing: type[Thing]
    order: int


REQUIRED = ("network",)  # what every spec must have; known without loading any room
HOMES = {"transfer": "dl4py.network.transfer"}  # sections that are not the config of a room of their name
_sections: dict[str, Section] = {}


def section(name: str, *, order: int = 100) -> Callable[[T], T]:
    """Makes a thing the section `name` of specs."""

    def enter(cls: T) -> T:
        known = _sections.get(name)
        if known and (known.thing.__module__, known.thing.__qualname__) != (cls.__module__, cls.__qualname__):
            raise PluginError(
                f"two sections are called `{name}`: {known.thing.__module__} and {cls.__module__}",
                hint="rename one of them",
            )
        _sections[name] = Section(name, cls, order)
        return cls

    return enter


def find(name: str) -> Section | None:
    """The section of that name; only its own room is loaded."""
    if name not in _sections and name.isidentifier() and not name.startswith("_"):
        module = HOMES.get(name, f"dl4py.{name}.config")
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name not in (module, f"dl4py.{name}"):
                raise
    if name not in _sections:
        for entry in entry_points(group="dl4py.sections", name=name):
            _load(entry)
    return _sections.get(name)


def _load(entry: EntryPoint) -> None:
    try:
        entry.load()
    except PluginError:
        raise
    except Exception as error:
        raise PluginError(f"the plug-in `{entry.name}` ({entry.value}) cannot load: {error}") from error


def sections() -> list[Section]:
    """All sections, in the order in which a spec has them."""
    package = importlib.import_module("dl4py")
    for name in [*HOMES, *(m.name for m in pkgutil.iter_modules(package.__path__) if m.ispkg)]:
        find(name)
    for entry in entry_points(group="dl4py.sections"):
        find(entry.name)
    return sorted(_sections.values(), key=lambda s: (s.order, s.name))
