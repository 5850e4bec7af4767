"""What an exporter promises: a file in another format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from dl4py.network.network import Network
from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
EXPORTERS: Kind[Exporter] = Kind("export format", package="dl4py.formats.exporters")


class Exporter(Thing):
    """A format that a network can be written in."""

    kind: ClassVar[Kind[Any]] = EXPORTERS
    suffix: ClassVar[str] = ""

    def write(self, network: Network, path: Path) -> None:
        """Writes the file, whole or not at all."""
        raise NotImplementedError


def exporter(type: str) -> Callable[[C], C]:
    """Enters an exporter in the table under `type`."""
    return EXPORTERS.register(type)
