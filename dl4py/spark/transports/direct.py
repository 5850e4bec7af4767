"""Transport `direct`: rounds of workers that stay; the driver hands out batches and hears reports."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dl4py.network.network import Network
from dl4py.spark.dealing import Hand
from dl4py.spark.outcome import Outcome, Report, added_up
from dl4py.spark.sources import Source
from dl4py.spark.state import State
from dl4py.spark.transports.hub import Hub
from dl4py.spark.transports.staying import Averaging
from dl4py.spark.transports.wire import Lost
from dl4py.spark.worker import Training

Hands = Sequence[Hand]


@dataclass
class Direct:
    """Rounds over TCP between `workers` tasks of one barrier stage on `context`.

    After a loss a new stage goes on from the last state that the driver fetched; rounds since then are made again,
    with the same numbers.
    """

    context: Any
    source: Source
    training: Training
    depth: int
    workers: int
    retries: int
    limit: float
    every: int
    _hub: Hub | None = None

    def rounds(
        self, network: Network, rounds: Sequence[Hands], stopping: Callable[[], bool]
    ) -> Iterator[tuple[Report, bool]]:
        """Trains the rounds of an epoch; the network's numbers are fetched now and then, and at the end."""
        told, safe, start, losses = 0, 0, State.of(network), 0
        while True:
            try:
                for number, report, current in self._from(safe, start, network, rounds, stopping):
                    if current:
                        safe, start = number + 1, State.of(network)
                    if number >= told:
                        told = number + 1
                        yield report, current
                return
            except Lost as lost:
                losses += 1
                self.close()
                if losses > self.retries:
                    raise
                again = f"rounds {safe + 1} to {told} are made again" if told > safe else "no round is made again"
                warnings.warn(f"{lost}; training goes on from iteration {start.iteration}, {again}", stacklevel=2)
                start.into(network)

    def _from(
        self, first: int, state: State, network: Network, rounds: Sequence[Hands], stopping: Callable[[], bool]
    ) -> Iterator[tuple[int, Report, bool]]:
        hub = self._hub = self._hub or Hub(
            self.context, Averaging(self.training, self.depth), state, self.workers, self.limit
        )
        load = self.source.objects(network.epoch)
        ahead = 1 + self.training.prefetch
        sent = got = first
        fetched: set[int] = set()
        while True:
            while sent < len(rounds) and sent - got <= ahead and not stopping():
                hands = [[load(i) for i in hand] for hand in rounds[sent]]
                hands += [[] for _ in range(self.workers - len(hands))]
                hub.send([(network.epoch, hand) for hand in hands])
                sent += 1
                if sent % self.every == 0 or sent == len(rounds):
                    hub.channels[0].send("state")
                    fetched.add(sent - 1)
            if got == sent:
                return
            outcomes: list[Outcome] = hub.outcomes()[: len(rounds[got])]
            report = added_up([outcome.report for outcome in outcomes], self.depth, Report.plus)
            network.iteration += report.iterations
            last = got == sent - 1 and stopping()
            if last and got not in fetched:
                hub.channels[0].send("state")
                fetched.add(got)
            if got in fetched:
                network.params[:], network.updater_state[:] = hub.channels[0].receive()
            yield got, report, got in fetched
            got += 1

    def close(self) -> None:
        """Ends the workers' stage."""
        if self._hub is not None:
            self._hub.close()
            self._hub = None
