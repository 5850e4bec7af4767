"""What an importer promises: a network out of a foreign file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from dl4py.network.network import Network
from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
IMPORTERS: Kind[Importer] = Kind("import format", package="dl4py.formats.importers")


class Importer(Thing):
    """A foreign format."""

    kind: ClassVar[Kind[Any]] = IMPORTERS

    def read(self, path: Path) -> Network:
        """The network of a file; raises `UnsupportedFeature` naming what is not known."""
        raise NotImplementedError


def importer(type: str) -> Callable[[C], C]:
    """Enters an importer in the table under `type`."""
    return IMPORTERS.register(type)
