"""Gradient sharing with many workers in one process: their own code, on a clock that is simulated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from dl4py.network.network import Network
from dl4py.spark.dealing import Hand
from dl4py.spark.outcome import Outcome, Report, added_up
from dl4py.spark.sharing import Replica, Sharing
from dl4py.spark.sources import Source
from dl4py.spark.state import State
from dl4py.spark.transports.conductor import Conductor, Pace, Paced

Hands = Sequence[Hand]


@dataclass
class SimulatedSharing:
    """Replicas of the network, each with its own numbers; `seconds` is the time of a cluster, `bytes` what travels."""

    source: Source
    program: Sharing
    workers: int
    pace: Pace
    seconds: float = 0.0
    bytes: int = 0
    replicas: list[Replica] = field(default_factory=list)

    def rounds(
        self, network: Network, rounds: Sequence[Hands], stopping: Callable[[], bool]
    ) -> Iterator[tuple[Report, bool]]:
        """Trains rounds; the network holds the first replica's numbers after each."""
        load = self.source.objects(network.epoch)
        for number, hands in enumerate(rounds):
            if stopping():
                return
            yield self._round(network, number, [[load(i) for i in hand] for hand in hands]), True

    def _round(self, network: Network, number: int, given: list[list[Any]]) -> Report:
        conductor = Conductor()
        meeting = Meeting(conductor, self.workers, self.pace.exchange)
        self.replicas = self.replicas or [self._replica(network, meeting, w) for w in range(self.workers)]
        bodies = []
        for w, replica in enumerate(self.replicas):
            hand = given[w] if w < len(given) else []
            durations = self.pace.durations(w, self.workers, network.epoch * 1000 + number)
            replica.mesh, replica.network.epoch = Post(meeting, w), network.epoch
            replica.iterations = Paced(conductor, w, durations)
            bodies.append(partial(_trained, replica, hand))
        outcomes: list[Outcome] = conductor.run(bodies)
        first = self.replicas[0].network
        network.params[:], network.updater_state[:] = first.params, first.updater_state
        report = added_up([outcome.report for outcome in outcomes[: len(given)]], self.program.depth, Report.plus)
        network.iteration += report.iterations
        self.seconds += conductor.now
        self.bytes += report.sent
        return report

    def _replica(self, network: Network, meeting: Meeting, worker: int) -> Replica:
        own = Network(network.config)
        State.of(network).into(own)
        return Replica(self.program, own, Post(meeting, worker))

    def close(self) -> None:
        """Nothing stays."""


def _trained(replica: Replica, hand: Sequence[Any]) -> Outcome:
    """A worker's round; a failure ends all others too."""
    outcome = replica.round(hand)
    for failure in outcome.failures:
        failure.raised()
    return outcome


@dataclass
class Meeting:
    """What workers have told each other."""

    conductor: Conductor
    count: int
    exchange: float
    inboxes: list[list[tuple[float, Any]]] = field(init=False)
    said: dict[int, Any] = field(default_factory=dict)
    through: set[int] = field(default_factory=set)
    idle: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.inboxes = [[] for _ in range(self.count)]


@dataclass
class Post:
    """A worker's place at the meeting; it does what a mesh and its inbox do."""

    meeting: Meeting
    rank: int

    @property
    def count(self) -> int:
        """Number of workers."""
        return self.meeting.count

    def inbox(self) -> Post:
        """Where messages arrive."""
        return self

    def tell(self, message: Any, pending: int) -> None:
        """A message to all others; None says that no more will come."""
        meeting = self.meeting
        if message is None:
            meeting.through.add(self.rank)
            if len(meeting.through) == meeting.count:
                for worker in sorted(meeting.idle):
                    meeting.conductor.wake(worker, meeting.exchange)
                meeting.idle.clear()
            return
        for other, inbox in enumerate(meeting.inboxes):
            if other != self.rank:
                inbox.append((meeting.conductor.now + meeting.exchange, message))

    def waiting(self) -> list[np.ndarray]:
        """What has come so far."""
        now, inbox = self.meeting.conductor.now, self.meeting.inboxes[self.rank]
        here = [message for at, message in inbox if at <= now]
        inbox[:] = [item for item in inbox if item[0] > now]
        return here

    def rest(self) -> list[np.ndarray]:
        """What comes until all others are through."""
        meeting = self.meeting
        if len(meeting.through) < meeting.count:
            meeting.idle.add(self.rank)
            meeting.conductor.wait(self.rank)
        else:
            meeting.conductor.sleep(self.rank, meeting.exchange)
        return self.waiting()

    def everyones(self, message: Any) -> list[Any]:
        """A message of each worker, in their order; all wait for the last."""
        meeting, said = self.meeting, self.meeting.said
        said[self.rank] = message
        if len(said) < meeting.count:
            meeting.conductor.wait(self.rank)
        else:
            meeting.said = {}
            for other in range(meeting.count):
                if other != self.rank:
                    meeting.conductor.wake(other, meeting.exchange)
            meeting.conductor.sleep(self.rank, meeting.exchange)
        return [said[worker] for worker in range(meeting.count)]
