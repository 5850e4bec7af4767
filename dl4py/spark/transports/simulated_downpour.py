"""Downpour with many workers in one process: their own code and the server's, on a clock that is simulated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dl4py.network.network import Network
from dl4py.spark.dealing import Hand
from dl4py.spark.downpour import Downpouring, Server
from dl4py.spark.failure import Failure
from dl4py.spark.outcome import Report
from dl4py.spark.sources import Source
from dl4py.spark.state import State
from dl4py.spark.transports.conductor import Conductor, Pace, Paced
from dl4py.spark.worker import Tally

Hands = Sequence[Hand]


@dataclass
class SimulatedDownpour:
    """Workers of the server's; `seconds` is the time of a cluster, `bytes` what travels both ways."""

    source: Source
    server: Server
    workers: int
    pace: Pace
    seconds: float = 0.0
    bytes: int = 0
    _networks: list[Network] = field(default_factory=list)

    def rounds(
        self, network: Network, rounds: Sequence[Hands], stopping: Callable[[], bool]
    ) -> Iterator[tuple[Report, bool]]:
        """Trains rounds; the network holds the server's parameters."""
        self.server.adagrad.begin(network.params)
        load = self.source.objects(network.epoch)
        for number, hands in enumerate(rounds):
            if stopping():
                return
            yield self._round(network, number, [[load(i) for i in hand] for hand in hands]), True

    def _round(self, network: Network, number: int, given: list[list[Any]]) -> Report:
        conductor, program = Conductor(), self.server.program
        while len(self._networks) < len(given):
            self._networks.append(Network(network.config))
        bodies, lines = [], []
        for w, hand in enumerate(given):
            paced = Paced(conductor, w, self.pace.durations(w, self.workers, network.epoch * 1000 + number))
            own, line = self._networks[w], Line(conductor, w, self.pace.exchange, self.server, network)
            State.of(network).into(own)
            lines.append(line)
            bodies.append(partial(_trained, program, line, own, hand, paced))
        conductor.run(bodies)
        reports = [report for line in lines for report in line.reports]
        total = reports[0]
        for report in reports[1:]:
            total = total.plus(report)
        network.iteration += total.iterations
        self.seconds += conductor.now
        self.bytes += sum(line.bytes for line in lines)
        return total

    def close(self) -> None:
        """Nothing stays."""


def _trained(program: Downpouring, line: Line, network: Network, hand: Sequence[Any], paced: Paced) -> None:
    tally = Tally()
    try:
        program.train(line, network, hand, tally, paced)
    except Exception as error:
        Failure.of(error, line.worker, f"batch {tally.place}").raised()


@dataclass
class Line:
    """A worker's channel to the server, and the server's to the worker."""

    conductor: Conductor
    worker: int
    exchange: float
    server: Server
    network: Network
    bytes: int = 0
    reports: list[Report] = field(default_factory=list)
    _message: Any = None

    def send(self, message: Any) -> int:
        """Tells the server, which hears it at once; its answer takes the way there and back."""
        what, value = message
        sent = value.nbytes if what == "push" else 0
        self.bytes += sent
        self._message = message
        self.reports += self.server.heard(self.network, Ear(self))
        return sent

    def receive(self) -> Any:
        """The parameters that the server sent."""
        answer = self._message
        self.bytes += answer.nbytes
        self.conductor.sleep(self.worker, 2.0 * self.exchange)
        return answer

    def answered(self, message: Any) -> None:
        """The server's answer comes."""
        self._message = message

    @property
    def message(self) -> Any:
        """What the worker said."""
        return self._message


@dataclass(frozen=True)
class Ear:
    """The server's end of a line."""

    line: Line

    def receive(self) -> Any:
        """What the worker said."""
        return self.line.message

    def send(self, message: Any) -> int:
        """Answers with a copy of the parameters as they are."""
        self.line.answered(message.copy())
        return int(message.nbytes)
