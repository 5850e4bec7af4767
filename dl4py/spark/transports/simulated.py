"""Many workers in one process: the numbers of a cluster, and the time that it would take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from dl4py.network.network import Network
from dl4py.spark.dealing import Hand
from dl4py.spark.outcome import Outcome, Report, added_up, mean
from dl4py.spark.sources import Source
from dl4py.spark.state import State
from dl4py.spark.transports.conductor import Pace
from dl4py.spark.worker import Training

Hands = Sequence[Hand]


@dataclass
class Simulated:
    """Trains the hands of a round one after the other and takes their mean, with the bits of a real round.

    `seconds` is the time of a cluster: of each round that of its slowest worker (as measured, where the pace does not
    say how long a step takes) with `delay` for the last of them, and `exchange`; `bytes` is what workers would send.
    """

    source: Source
    training: Training
    depth: int
    pace: Pace
    seconds: float = 0.0
    bytes: int = 0

    def rounds(
        self, network: Network, rounds: Sequence[Hands], stopping: Callable[[], bool]
    ) -> Iterator[tuple[Report, bool]]:
        """Trains rounds; the network holds the mean after each."""
        load = self.source.objects(network.epoch)
        for number, hands in enumerate(rounds):
            if stopping():
                return
            yield self._round(network, number, hands, load), True

    def _round(self, network: Network, number: int, hands: Hands, load: Callable[[int], object]) -> Report:
        start, outcomes, slowest = State.of(network), [], 0.0
        if not self.training.updater_state:
            start = State(
                start.config, start.params, network.parameters.first_state(network.graph), start.iteration, start.epoch
            )
        for worker, hand in enumerate(hands):
            begun = time.perf_counter()
            outcome = self.training.outcome(start.network(), [load(i) for i in hand], worker, start)  # type: ignore[misc]
            took = time.perf_counter() - begun
            if self.pace.step is not None:
                paces = replace(self.pace, delay=0.0).durations(worker, len(hands), network.epoch * 1000 + number)
                took = sum(islice(paces, outcome.report.iterations))
            slowest = max(slowest, took + (self.pace.delay if worker == len(hands) - 1 else 0.0))
            for failure in outcome.failures:
                failure.raised()
            outcomes.append(outcome)
        return self._concluded(network, outcomes, slowest)

    def _concluded(self, network: Network, outcomes: Sequence[Outcome], slowest: float) -> Report:
        vector = np.empty_like(outcomes[0].vector)
        mean([o.vector for o in outcomes], [o.report.weight for o in outcomes], self.depth, vector)
        size, count = network.params.size, len(outcomes)
        network.params[:] = vector[:size]
        if self.training.updater_state:
            network.updater_state[:] = vector[size:]
        report = added_up([o.report for o in outcomes], self.depth, Report.plus)
        network.iteration += report.iterations
        self.seconds += slowest + self.pace.exchange
        self.bytes += 2 * (count - 1) * vector.nbytes
        return report

    def close(self) -> None:
        """Nothing stays."""
