"""`Kind`: the table behind every `type:`; it finds its members by looking into a folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from dl4py.errors import PluginError, UnknownType

T = TypeVar("T")
C = TypeVar("C", bound=type)


KINDS: dict[str, Kind[Any]] = {}
"""All kinds by the name of their room: `layers`, `updaters`, ..."""


class Kind(Generic[T]):
    """A family of interchangeable things chosen by `type:`.

    Members live one to a file in `package` (ranks of one concept share a file) or in packages that declare the
    entry point group `group`. A name imports the module of that name; the whole folder is read only when the
    name is not a file's, or when all names are wanted.
    """

    def __init__(self, noun: str, *, package: str, group: str | None = None) -> None:
        self.noun, self.package, self.group = noun, package, group or package
        self.base: Any = None  # the class that stands for the whole kind in field types
        self._members: dict[str, type[T]] = {}
        self._java: dict[str, type[T]] = {}
        self._complete = False
        KINDS[package.rsplit(".", 1)[-1]] = self

    @property
    def plural(self) -> str:
        """The noun for several: `layers`, `losses`, `graph vertices`; noise has none."""
        noun = self.noun
        if noun.endswith("noise"):
            return noun
        if noun.endswith("ex"):
            return f"{noun[:-2]}ices"
        return f"{noun}es" if noun.endswith("s") else f"{noun}s"

    def register(self, type: str, *, java: str | None = None) -> Callable[[C], C]:
        """Enters a class in the table under `type`; `java` is DL4J's class of the same meaning."""

        def enter(cls: C) -> C:
            known = self._members.get(type)
            if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
                raise PluginError(
                    f"two {self.plural} are called `{type}`: {known.__module__} and {cls.__module__}",
                    hint="rename one of them",
                )
            named: Any = cls
            named.type = type
            named.java = java or getattr(cls, "java", None)
            self._members[type] = cls
            if java:
                self._java[java] = cls
            return cls

        return enter

    def get(self, name: str) -> type[T]:
        """The class of that name, or `UnknownType` with the nearest names."""
        if name not in self._members and name.isidentifier() and not name.startswith("_"):
            module = f"{self.package}.{name}"
            try:
                importlib.import_module(module)
            except ModuleNotFoundError as error:
                if error.name != module:
                    raise
        if name not in self._members:
            self.load_all()
        if name not in self._members:
            raise UnknownType(f"no {self.noun} is called `{name}`", hint=self._meant(name))
        return self._members[name]

    def _meant(self, name: str) -> str:
        """The nearest name, counting DL4J's class names and ignoring capitals; else all names."""
        known = {java.rpartition(".")[2].lower(): member.type for java, member in self._java.items()}  # type: ignore[attr-defined]
        known |= {name: name for name in self._members}
        near = get_close_matches(name.lower(), known, n=1)
        return f"did you mean `{known[near[0]]}`?" if near else f"known: {', '.join(sorted(self._members))}"

    def make(self, name: str, **keys: Any) -> T:
        """A member of that name with those keys."""
        return self.get(name)(**keys)

    def by_java(self, java: str) -> type[T] | None:
        """The class that stands for DL4J's class `java`; None when nobody knows it."""
        if java not in self._java:
            self.load_all()
        return self._java.get(java)

    def load_all(self) -> None:
        """Imports every file of the folder and every plug-in of the group."""
        if self._complete:
            return
        package = importlib.import_module(self.package)
        for module in pkgutil.iter_modules(getattr(package, "__path__", [])):
            if module.name != "base" and not module.name.startswith("_"):
                importlib.import_module(f"{self.package}.{module.name}")
        for entry in entry_points(group=self.group):
            try:
                entry.load()
            except Exception as error:
                raise PluginError(f"the plug-in `{entry.name}` ({entry.value}) cannot load: {error}") from error
        self._complete = True

    def names(self) -> list[str]:
        """All names, in alphabetical order."""
        self.load_all()
        return sorted(self._members)

    def members(self) -> dict[str, type[Any]]:
        """All members by name, in alphabetical order."""
        return {name: self._members[name] for name in self.names()}
