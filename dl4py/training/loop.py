"""The loop: batches of epochs into a network, and listeners told of each step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import closing

from dl4py.data.batch import Batch
from dl4py.data.iterator import BatchIterator
from dl4py.errors import TrainingError
from dl4py.network.network import Network


class Listener:
    """Told of what happens; each method does nothing unless it is overridden."""

    def started(self, network: Network, batches: int, epochs: int) -> None:
        """Training begins: so many batches an epoch, so many epochs in all."""

    def iteration(self, network: Network, score: float, examples: int) -> None:
        """A step was made on `examples` examples; `score` is the one before it."""

    def epoch(self, network: Network) -> None:
        """An epoch has ended; `network.epoch` counts it already."""

    def ended(self, network: Network) -> None:
        """Training has ended."""

    @property
    def stopping(self) -> bool:
        """Whether training is to end after this step, or after this epoch."""
        return False


def train(network: Network, batches: BatchIterator, epochs: int, listeners: Sequence[Listener], skip: int = 0) -> float:
    """Trains until `network.epoch` is `epochs`, or a listener asks to stop; `skip` batches of the present epoch are
    already done.

    Returns the last score. Raises `TrainingError` when a score is not finite.
    """
    score = math.nan
    for listener in listeners:
        listener.started(network, len(batches), epochs)
    while network.epoch < epochs and not _stopping(listeners):
        with closing(batches.epoch(network.epoch, skip)) as epoch:
            for batch in epoch:
                score = _step(network, batch)
                for listener in listeners:
                    listener.iteration(network, score, batch.size)
                if _stopping(listeners):
                    break
        if _stopping(listeners):
            break
        skip = 0
        network.end_epoch()
        for listener in listeners:
            listener.epoch(network)
    for listener in listeners:
        listener.ended(network)
    return score


def _stopping(listeners: Sequence[Listener]) -> bool:
    return any(listener.stopping for listener in listeners)


def _step(network: Network, batch: Batch) -> float:
    score = network.fit(batch.features, batch.labels, batch.feature_masks or None, batch.label_masks or None)
    if not math.isfinite(score):
        raise TrainingError(
            f"the score is {score} at iteration {network.iteration - 1} of epoch {network.epoch}",
            hint="lower the learning rate, normalize the data, or clip gradients with `gradient_normalization`",
        )
    return score
