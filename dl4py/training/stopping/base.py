"""What a stopping condition promises: after an epoch that was judged, or after a step, it says whether to stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
STOPPING: Kind[StoppingCondition] = Kind("stopping condition", package="dl4py.training.stopping")


class StoppingCondition(Thing):
    """When a training is to end before its last epoch."""

    kind: ClassVar[Kind[Any]] = STOPPING

    def after_epoch(self, epochs: Sequence[int], scores: Sequence[float], minimize: bool) -> bool:
        """Whether to stop, after the judged epochs of these numbers, from 0, with their scores."""
        return False

    def after_step(self, score: float, seconds: float) -> bool:
        """Whether to stop, after a step with this training score, so many seconds into the training."""
        return False


def stopping(type: str, *, java: str) -> Callable[[C], C]:
    """Enters a stopping condition in the table under `type`; `java` is DL4J's class of the same meaning."""
    return STOPPING.register(type, java=java)
