"""What a training master promises: epochs of training, spread over workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from dl4py.network.network import Network
from dl4py.registry import Kind
from dl4py.spark.stats import Stats
from dl4py.spec import Thing
from dl4py.training.loop import Listener

if TYPE_CHECKING:
    from dl4py.spark.outcome import Report

C = TypeVar("C", bound=type)
MASTERS: Kind[TrainingMaster] = Kind("training master", package="dl4py.spark.masters")


class Rounds(Listener):
    """A listener that hears more: whether the network's numbers are those after the round; what it stops, goes on
    another time.
    """

    def prepared(self, lines: Sequence[str]) -> None:
        """Executors are ready; what was found about them."""

    def report(self, report: Report) -> None:
        """What the workers of a round did."""

    def round(self, network: Network, current: bool) -> None:
        """A round was trained."""


class TrainingMaster(Thing):
    """A way of training on several workers."""

    kind: ClassVar[Kind[Any]] = MASTERS

    def examples_per_batch(self, batch_size: int) -> int:
        """Examples of one step of one worker."""
        return batch_size

    def fit(
        self,
        context: Any,
        network: Network,
        data: Any,
        epochs: int,
        listeners: Sequence[Listener] = (),
        *,
        skip: int = 0,
        stats: Stats | None = None,
    ) -> float:
        """Trains until `network.epoch` is `epochs`, without the first `skip` rounds; returns the last score.

        `data` is a `BatchIterator`, or the `Blocks` of an RDD.
        """
        raise NotImplementedError


def training_master(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a training master in the table under `type`."""
    return MASTERS.register(type, java=java)
