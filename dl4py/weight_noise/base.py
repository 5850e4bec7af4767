"""What weight noise promises: noisy parameters while training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from dl4py.plan import Array, Emitter
from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
WEIGHT_NOISE: Kind[WeightNoise] = Kind("weight noise", package="dl4py.weight_noise")


class WeightNoise(Thing):
    """Noise on the parameters of a layer; gradients are taken at the noisy values and applied to the clean ones."""

    kind: ClassVar[Kind[Any]] = WEIGHT_NOISE

    def emit(self, e: Emitter, w: Array, role: str) -> Array:
        """Records a noisy copy of the flat parameter `w`, `[n]`, and returns it, or `w` where it stays clean.

        `role` is ``weight`` or ``bias``; `e.training` says whether noise is on.
        """
        raise NotImplementedError


def weight_noise(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a weight noise in the table under `type`."""
    return WEIGHT_NOISE.register(type, java=java)
