"""The course of a training on a cluster: epochs of rounds, checked, and listeners told."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dl4py.errors import ClusterError, TrainingError
from dl4py.network.network import Network
from dl4py.spark.dealing import Hand
from dl4py.spark.masters.base import Rounds
from dl4py.spark.outcome import Report
from dl4py.spark.sources import Source
from dl4py.spark.stats import Stats
from dl4py.training.loop import Listener

Hands = Sequence[Hand]


class Transport(Protocol):
    """Trains the rounds of an epoch; the network holds the result when they are through, or when it is said so."""

    def rounds(
        self, network: Network, rounds: Sequence[Hands], stopping: Callable[[], bool]
    ) -> Iterator[tuple[Report, bool]]:
        """A report after each round, and whether the network's numbers are those after it; fewer when stopping."""

    def close(self) -> None:
        """Ends what stays between epochs."""


@dataclass
class Course:
    """A network, where its batches come from, how they travel, and how epochs are dealt out."""

    network: Network
    source: Source
    transport: Any
    deal: Callable[[int], list[list[Hand]]]
    listeners: Sequence[Listener]
    stats: Stats

    def run(self, epochs: int, skip: int) -> float:
        """Trains until `network.epoch` is `epochs`, without the first `skip` rounds; returns the last score."""
        network, score = self.network, math.nan
        rounds = self.deal(network.epoch)
        if not rounds:
            raise TrainingError("there is nothing to train on: the data has no examples")
        for listener in self.listeners:
            listener.started(network, len(rounds), epochs)
        while network.epoch < epochs and not self._stopping():
            with self.stats.phase("Split"):
                rounds = self.deal(network.epoch)[skip:]
            score = self._epoch(rounds, score)
            if any(isinstance(listener, Rounds) and listener.stopping for listener in self.listeners):
                return score  # interrupted
            if self._stopping():
                break
            skip = 0
            network.end_epoch()
            for listener in self.listeners:
                listener.epoch(network)
        for listener in self.listeners:
            listener.ended(network)
        return score

    def _epoch(self, rounds: list[list[Hand]], score: float) -> float:
        self.source.prepare(self.network.epoch, rounds)
        reports = self.transport.rounds(self.network, rounds, self._stopping)
        for hands, (report, current) in zip(rounds, reports, strict=False):
            score = self._checked(hands, report)
            self.stats.gather(report.phases)
            self.stats.sent += report.sent
            for listener in self.listeners:
                listener.iteration(self.network, score, report.examples)
            for listener in self.listeners:
                if isinstance(listener, Rounds):
                    listener.report(report)
                    listener.round(self.network, current)
        if self.source.needs_executors:
            self.transport.close()  # tasks that stay would hold the cores which the next job waits for
        return score

    def _checked(self, hands: Hands, report: Report) -> float:
        """The score of a round in which no example was lost."""
        given = sum(self.source.examples(i) for hand in hands for i in hand)
        if report.examples != given:
            raise ClusterError(f"{given} examples were handed out, {report.examples} were trained")
        score = report.mean_score
        if not math.isfinite(score):
            raise TrainingError(
                f"the score is {score} after iteration {self.network.iteration - 1} of epoch {self.network.epoch}",
                hint="lower the learning rate, or normalize the data",
            )
        return score

    def _stopping(self) -> bool:
        return any(listener.stopping for listener in self.listeners)
