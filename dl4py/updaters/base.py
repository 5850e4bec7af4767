"""What an updater promises: from gradients to steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from dl4py.plan import Array, Emitter, Params
from dl4py.registry import Kind
from dl4py.schedules.base import Rate
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
UPDATERS: Kind[Updater] = Kind("updater", package="dl4py.updaters")


class Updater(Thing):
    """A rule that turns the gradient of a block of parameters into the step to subtract from them.

    `state` names its running arrays, in the order in which DL4J stores them; each is as long as the block.
    """

    kind: ClassVar[Kind[Any]] = UPDATERS
    state: ClassVar[tuple[str, ...]] = ()

    def emit(self, e: Emitter, gradient: Array, state: Params) -> None:
        """Records the calls that replace `gradient`, `[n]`, by the step; `state` holds the arrays by name."""
        raise NotImplementedError

    def first_state(self, name: str) -> float:
        """What the running array holds before the first step."""
        return 0.0

    def rate(self) -> Rate | None:
        """The learning rate, None for a rule that has none."""
        return getattr(self, "learning_rate", None)


def updater(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters an updater in the table under `type`."""
    return UPDATERS.register(type, java=java)
