"""What a dropout promises: noise on a layer's input while training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from dl4py.plan import Array, Backward, Emitter
from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
DROPOUTS: Kind[Dropout] = Kind("dropout", package="dl4py.dropouts")


class Dropout(Thing):
    """Noise on the input of a layer, in training only. A bare number is the probability of keeping an input."""

    kind: ClassVar[Kind[Any]] = DROPOUTS
    short: ClassVar[str | None] = "dropout.p"

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        """Records the noisy copy of `x`, `[batch, n]`, and its backward."""
        raise NotImplementedError


def dropout(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a dropout in the table under `type`."""
    return DROPOUTS.register(type, java=java)
