"""Transport `direct`: rounds of workers that stay; the driver hands out batches and hears reports."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dl4py.network.network import Network
from dl4py.spark.dealing import Hand
from dl4py.spark.outcome import Outcome, Report, added_up
from dl4py.spark.sources import Source
from dl4py.spark.state import State
from dl4py.spark.transports.hub import Hub
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Channel, Lost

Hands = Sequence[Hand]


class Program(Protocol):
    """What tasks do; batches are sent `prefetch` rounds ahead, reports added up over a tree of that depth."""

    @property
    def prefetch(self) -> int:
        """Rounds sent before they are due."""

    @property
    def depth(self) -> int:
        """Depth of the tree."""

    def serve(self, hub: Channel, mesh: Mesh, network: Network) -> None:
        """Follows the driver's orders until it says stop."""


@dataclass
class Direct:
    """Rounds over TCP between `workers` tasks of one barrier stage on `context`.

    After a loss a new stage goes on from the last state that the driver fetched; rounds since then are made again,
    with the same numbers.
    """

    context: Any
    source: Source
    program: Program
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
        hub = self._hub = self._hub or Hub(self.context, self.program, state, self.workers, self.limit)
        load = self.source.objects(network.epoch)
        ahead = 1 + self.program.prefetch
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
            report = added_up([outcome.report for outcome in outcomes], self.program.depth, Report.plus)
            network.iteration += report.iterations
            last = got == sent - 1 and stopping()
            if last and got not in fetched:
                hub.channels[0].send("state")
                fetched.add(got)
            if got in fetched:
                network.params[:], state = hub.channels[0].receive()
                if state is not None:
                    network.updater_state[:] = state
            yield got, report, got in fetched
            got += 1

    def close(self) -> None:
        """Ends the workers' stage."""
        if self._hub is not None:
            self._hub.close()
            self._hub = None
