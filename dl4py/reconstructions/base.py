"""What the distribution of reconstructed data promises: how many numbers of the decoder describe it, and a score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from dl4py.activations import Activation
from dl4py.losses import Loss
from dl4py.plan import Array, Emitter
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

    def emit(self, e: Emitter, z: Array, x: Array) -> Array:
        """Adds ``-log p(x | z)`` of data ``x [batch, size]``, with pre-outputs ``z [batch, width]`` of the decoder, to
        the score; returns its gradient at the pre-outputs.
        """
        raise NotImplementedError


def by_loss(e: Emitter, z: Array, x: Array, activation: Activation, loss: Loss) -> Array:
    """``loss(activation(z), x)`` added to the score, and its gradient at `z`."""
    y, backward = activation.emit(e, z)
    dz = backward(loss.emit(e, y, x, None, e.score))
    assert dz is not None
    return dz


def reconstruction(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a distribution of reconstructed data in the table under `type`."""
    return RECONSTRUCTIONS.register(type, java=java)
