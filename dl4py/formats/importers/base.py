"""What an importer promises: a network out of a foreign file."""

from __future__ import annotations

import warnings
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


class TrainsOtherwise(UserWarning):
    """The file says how to train in a way that DL4J does not have; the network predicts the same all the same."""


def differs(where: str, text: str) -> None:
    """Warns that training will not follow the foreign framework in step."""
    warnings.warn(f"{where}: training goes on, but not in step: {text}", TrainsOtherwise, stacklevel=2)
