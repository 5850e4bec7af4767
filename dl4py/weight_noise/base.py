"""What weight noise promises: noisy parameters while training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from dl4py.plan import Array, Emitter
from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
WEIGHT_NOISE: Kind[WeightNoise] = Kind("weight noise", package="dl4py.weight_noise")


NoiseBackward = Callable[[Array], None] | None
"""Turns the gradient of the noisy parameter, `[n]`, into that of the clean one, in place; None: they are the same."""


class WeightNoise(Thing):
    """Noise on the parameters of a layer, drawn anew each step."""

    kind: ClassVar[Kind[Any]] = WEIGHT_NOISE

    def emit(self, e: Emitter, w: Array, role: str) -> tuple[Array, NoiseBackward]:
        """Records a noisy copy of the flat parameter `w`, `[n]`; gives it, or `w` where it stays clean, and a backward.

        `role` is ``weight`` or ``bias``; `e.training` says whether noise is on.
        """
        raise NotImplementedError


def weight_noise(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a weight noise in the table under `type`."""
    return WEIGHT_NOISE.register(type, java=java)
