"""What a threshold algorithm promises: how large a change must be to be sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
THRESHOLDS: Kind[ThresholdAlgorithm] = Kind("threshold algorithm", package="dl4py.spark.thresholds")


class ThresholdAlgorithm(Thing):
    """A rule for the threshold of the next message."""

    kind: ClassVar[Kind[Any]] = THRESHOLDS

    def first(self) -> float:
        """The threshold of the first message."""
        raise NotImplementedError

    def following(self, threshold: float, sparsity: float) -> float:
        """The threshold after a message that held this share of all values."""
        raise NotImplementedError


def threshold_algorithm(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a threshold algorithm in the table under `type`."""
    return THRESHOLDS.register(type, java=java)
