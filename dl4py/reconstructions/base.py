"""What the distribution of reconstructed data promises: how many numbers of the decoder describe it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
RECONSTRUCTIONS: Kind[Reconstruction] = Kind("reconstruction", package="dl4py.reconstructions")


class Reconstruction(Thing):
    """``p(x | z)``: the distribution of the data, given the latent variables that a decoder starts from."""

    kind: ClassVar[Kind[Any]] = RECONSTRUCTIONS

    def width(self, size: int) -> int:
        """Numbers that the decoder gives for `size` values of data."""
        raise NotImplementedError


def reconstruction(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a distribution of reconstructed data in the table under `type`."""
    return RECONSTRUCTIONS.register(type, java=java)
