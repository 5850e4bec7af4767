"""What a training master promises: epochs of training, spread over workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from dl4py.data.iterator import BatchIterator
from dl4py.network.network import Network
from dl4py.registry import Kind
from dl4py.spec import Thing
from dl4py.training.loop import Listener

C = TypeVar("C", bound=type)
MASTERS: Kind[TrainingMaster] = Kind("training master", package="dl4py.spark.masters")


class TrainingMaster(Thing):
    """A way of training on several workers."""

    kind: ClassVar[Kind[Any]] = MASTERS

    def examples_per_batch(self, batch_size: int) -> int:
        """Examples of one step of one worker."""
        return batch_size

    def fit(
        self, spark: Any, network: Network, batches: BatchIterator, epochs: int, listeners: Sequence[Listener]
    ) -> float:
        """Trains until `network.epoch` is `epochs`; returns the last score."""
        raise NotImplementedError


def training_master(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a training master in the table under `type`."""
    return MASTERS.register(type, java=java)
