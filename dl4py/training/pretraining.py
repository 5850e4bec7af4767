"""Layers that learn alone, before the network is trained."""

from __future__ import annotations

import math

from dl4py.data.iterator import BatchIterator
from dl4py.errors import TrainingError
from dl4py.network.network import Network
from dl4py.network.pretraining import reconstructing


def pretrain(network: Network, batches: BatchIterator, epochs: int) -> dict[str, float]:
    """Each layer that can reconstruct learns for so many epochs, from below; the last score of each.

    Raises `TrainingError` when a score is not finite.
    """
    last = {}
    for name in reconstructing(network.graph):
        for epoch in range(epochs):
            for batch in batches.epoch(epoch):
                last[name] = network.pretrain_layer(name, *batch.features)
                if not math.isfinite(last[name]):
                    raise TrainingError(
                        f"the score of `{name}` is {last[name]} in epoch {epoch} of its pretraining",
                        hint="lower the learning rate, or normalize the data",
                    )
    return last
