"""What a worker does: trains its batches from the broadcast state and reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.network.network import Network

_networks: dict[Any, Network] = {}  # plans are compiled once for each Python worker, not once a round


@dataclass
class Outcome:
    """Sums over workers: parameters, updater state, last scores; counts of workers and examples."""

    params: np.ndarray
    state: np.ndarray
    score: float
    workers: int
    examples: int

    def plus(self, other: Outcome) -> Outcome:
        """The sum of two outcomes."""
        return Outcome(
            self.params + other.params,
            self.state + other.state,
            self.score + other.score,
            self.workers + other.workers,
            self.examples + other.examples,
        )


def train_part(start: Any, batches: list[Batch]) -> Outcome:
    """Trains the batches of one worker; parameters and state are in double so that sums are exact to a rounding."""
    from dl4py.plan import threads

    threads.use(1)  # a Spark task has one core
    config, params, state, iteration, epoch = start
    network = _networks.get(config)
    if network is None:
        _networks.clear()
        network = _networks[config] = Network(config)
    network.params[:] = params
    network.updater_state[:] = state
    network.iteration, network.epoch = iteration, epoch
    score = 0.0
    for batch in batches:
        score = network.fit(batch.features, batch.labels, batch.feature_masks or None, batch.label_masks or None)
    return Outcome(
        network.params.astype(np.float64),
        network.updater_state.astype(np.float64),
        score,
        1,
        sum(batch.size for batch in batches),
    )
