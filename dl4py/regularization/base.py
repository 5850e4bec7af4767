"""What a regularization promises: its part of the gradient and of the score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from dl4py.plan import Array, Emitter
from dl4py.registry import Kind
from dl4py.schedules.base import Rate
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
REGULARIZATION: Kind[Regularization] = Kind("regularization", package="dl4py.regularization")


class Regularization(Thing):
    """A penalty on the size of parameters.

    With `before_updater` its gradient is what the updater sees; otherwise it is added to the updater's step.
    """

    kind: ClassVar[Kind[Any]] = REGULARIZATION
    before_updater: ClassVar[bool] = True

    def emit(self, e: Emitter, gradient: Array, params: Array, rate: Rate | None) -> None:
        """Adds to `gradient` (or to the step), `[n]`; `rate` is the updater's learning rate, None if it has none."""
        raise NotImplementedError

    def emit_score(self, e: Emitter, params: Array, score: Array) -> None:
        """Adds the penalty of `params`, `[n]`, to `score`, `[1]`."""
        raise NotImplementedError


def regularization(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a regularization in the table under `type`."""
    return REGULARIZATION.register(type, java=java)
