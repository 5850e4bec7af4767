"""Sandblaster: a coordinator whose commands make line searches on vectors that it never sees."""

from __future__ import annotations

import selectors
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from dl4py.network.config import NetworkConfig
from dl4py.network.cut import state_places
from dl4py.network.era import order_of
from dl4py.network.line_search import History, iterate
from dl4py.network.network import Network
from dl4py.spark.dealing import Hand
from dl4py.spark.exact import exponent
from dl4py.spark.failure import Failure
from dl4py.spark.objects import Object
from dl4py.spark.outcome import Report
from dl4py.spark.portions import Portions
from dl4py.spark.remote import Remote
from dl4py.spark.shard import Sharding
from dl4py.spark.sources import Source
from dl4py.spark.state import State
from dl4py.spark.transports.hub import Hub
from dl4py.spark.transports.wire import LONGER, Channel, Lost

Hands = Sequence[Hand]


@dataclass
class Sandblaster:
    """Iterations of a line search on `workers`; one on all data is a round and an epoch.

    Curvature pairs lie with the workers alone: when one of them is lost, the search begins anew from the parameters
    before the iteration.
    """

    context: Any
    source: Source
    workers: int
    replicas: int
    retries: int
    limit: float
    _fleet: Fleet | None = None
    _history: History = field(default_factory=History)

    def rounds(
        self, network: Network, rounds: Sequence[Hands], stopping: Callable[[], bool]
    ) -> Iterator[tuple[Report, bool]]:
        """Makes an iteration of each round."""
        for hands in rounds:
            if stopping():
                return
            yield self._insisting(network, [i for hand in hands for i in hand]), True

    def _insisting(self, network: Network, portions: Sequence[int]) -> Report:
        start = State.of(network)
        for attempt in range(self.retries + 1):
            try:
                return self._iterated(network, portions)
            except Lost as lost:
                self.close()
                if attempt == self.retries:
                    raise
                warnings.warn(
                    f"{lost}; iteration {start.iteration} is made again, without the curvature pairs of those before",
                    stacklevel=2,
                )
                start.into(network)
        raise AssertionError

    def _iterated(self, network: Network, portions: Sequence[int]) -> Report:
        examples = sum(self.source.examples(i) for i in portions)
        if self._fleet is None:
            hub = Hub(self.context, Sharding(examples), State.of(network), self.workers, self.limit)
            self._fleet = Fleet(hub, self.limit)
        load = self.source.objects(0)
        problem = Sharded(self._fleet, network, [load(i) for i in sorted(portions)], examples, self.replicas)
        sent = self._fleet.sent
        score = iterate(problem, self._history)
        problem.fetch()
        network.iteration += 1
        return Report(score, 1.0, examples, 1, sent=self._fleet.sent - sent)

    def close(self) -> None:
        """Ends the workers; they take the curvature pairs with them."""
        self._history = History()
        if self._fleet is not None:
            self._fleet.hub.close()
            self._fleet = None


@dataclass
class Fleet:
    """Workers: commands to all of them, their answers, and what their replicas say in between."""

    hub: Hub
    limit: float
    busy: dict[int, int] = field(default_factory=dict)  # worker: portion that its replica computes
    lying: list[set[int]] = field(default_factory=list)
    evaluation: int = 0
    rung: int = 0
    sent: int = 0  # bytes between workers
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _forgotten: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lying = [set() for _ in self.hub.channels]

    def number(self) -> int:
        """A name for a new vector."""
        return next(self._numbers)

    def forget(self, name: int) -> None:
        """The next command tells that nobody needs the vector; 0 are the parameters, which stay."""
        if name:
            self._forgotten.append(name)

    def tell(self, *command: Any) -> None:
        """A command to every worker."""
        forgotten, self._forgotten = self._forgotten, []
        for channel in self.hub.channels:
            channel.send(command)
            if forgotten:
                channel.send(("drop", forgotten))

    def ask(self, *command: Any) -> list[Any]:
        """A command to every worker, and what each answers."""
        self.tell(*command)
        return [self._answer(worker, channel) for worker, channel in enumerate(self.hub.channels)]

    def _answer(self, worker: int, channel: Channel) -> Any:
        while True:
            word, *rest = _received(channel)
            if word == "answer":
                return rest[0]
            self.busy.pop(worker, None)  # a slow replica is through; its answer came too late to count

    def compute(self, mode: str, portions: Portions, things: Sequence[Object]) -> list[float] | None:
        """The losses of all portions; None when a gradient is too large for the present rung."""
        self.evaluation += 1
        shift = exponent(self.rung, portions.count)
        self.tell("evaluate", self.evaluation, mode, self.rung, shift)
        losses: list[float] = [0.0] * portions.count
        rungs = [self.rung]
        with selectors.DefaultSelector() as selector:
            for worker, channel in enumerate(self.hub.channels):
                selector.register(channel, selectors.EVENT_READ, worker)
                self._deal(worker, portions, things)
            while not portions.done:
                ready = selector.select(self.limit)
                if not ready:
                    raise Lost(f"no worker has said anything for {self.limit:g} s", hint=LONGER)
                for key, _ in ready:
                    self._heard(key.data, mode, portions, losses, rungs)
                    if max(rungs) > self.rung:
                        self.rung = max(rungs)
                        return None
                    self._deal(key.data, portions, things)
        if mode == "gradient":
            self.rung = max(rungs[1:])
        return losses

    def _heard(self, worker: int, mode: str, portions: Portions, losses: list[float], rungs: list[int]) -> None:
        word, evaluation, *rest = _received(self.hub.channels[worker])
        self.busy.pop(worker, None)
        if evaluation != self.evaluation:
            return
        if word == "failed":
            rest[0].raised()
        portion, loss, rung = rest
        if rung > self.rung:
            rungs.append(rung)
        elif portions.answered(portion):
            if mode == "gradient":
                self.hub.channels[worker].send(("count",))
            losses[portion] = loss
            rungs.append(rung)

    def _deal(self, worker: int, portions: Portions, things: Sequence[Object]) -> None:
        if worker in self.busy:
            return
        has = set(self.lying[worker])
        portion = portions.following(worker)
        if portion is not None:
            self.busy[worker] = portion
            thing = None if portion in has else things[portion]
            self.hub.channels[worker].send(("compute", portion, thing))


def _received(channel: Channel) -> Any:
    """A message of a worker, or the error that ended it."""
    message = channel.receive()
    if isinstance(message, Failure):
        message.raised()
    if isinstance(message, Lost):
        raise message
    return message


class Sharded:
    """The problem of a line search whose vectors lie with a fleet; the data is cut into portions."""

    def __init__(self, fleet: Fleet, network: Network, things: Sequence[Object], examples: int, replicas: int) -> None:
        self._fleet, self._network, self._things = fleet, network, things
        self._examples, self._replicas = examples, replicas
        self._found: tuple[float, Remote] | None = None  # score and sum of gradients where the parameters are
        self.params = Remote(fleet, 0)

    @property
    def config(self) -> NetworkConfig:
        """The network's keys."""
        return self._network.config

    def move(self, start: Remote, step: float, direction: Remote) -> None:
        """``params = start + step * direction``."""
        self._found = None
        self._fleet.tell("move", start.name, step, direction.name)

    def look(self) -> tuple[float, Remote]:
        """The score and the step that the updater makes of the gradient."""
        return self._direction(again=False)

    def look_again(self) -> tuple[float, Remote]:
        """The same from the state before the last look; in the end the state is that after it."""
        return self._direction(again=True)

    def score(self) -> float:
        """The score alone."""
        losses = None
        while losses is None:
            losses = self._fleet.compute("score", self._portions(), self._things)
        return self._scored(losses)

    def steepness(self, gradient: Remote, start: Remote) -> float:
        """``max |g| / max(|w|, 1)``."""
        return max(self._fleet.ask("steepness", gradient.name, start.name))

    def fetch(self) -> None:
        """Parameters and updater state into the driver's network."""
        network, workers = self._network, len(self._fleet.lying)
        size, sent = network.params.size, 0
        for rank, (params, state, worker_sent) in enumerate(self._fleet.ask("state")):
            start, stop = size * rank // workers, size * (rank + 1) // workers
            network.params[start:stop] = params
            sent += worker_sent
            at = 0
            for place in state_places(network.parameters, start, stop):
                network.updater_state[place] = state[at : at + place.stop - place.start]
                at += place.stop - place.start
        self._fleet.sent = sent

    def _direction(self, *, again: bool) -> tuple[float, Remote]:
        if self._found is None:
            losses = None
            while losses is None:
                losses = self._fleet.compute("gradient", self._portions(), self._things)
            self._found = self._scored(losses), Remote.made(self._fleet, "reduce")
        score, gradient = self._found
        network = self._network
        made = Remote.made(self._fleet, "direction", gradient.name, network.iteration, network.epoch, again)
        return score, made

    def _portions(self) -> Portions:
        return Portions(len(self._things), self._fleet.lying, self._replicas)

    def _scored(self, losses: Sequence[float]) -> float:
        penalties = sum(self._fleet.ask("penalties", self._network.iteration, self._network.epoch))
        share = self._examples if self.config.mini_batch else 1
        loss = sum(losses)
        order = order_of(self.config.era, self.config.compatibility)
        return float((loss + penalties) / share if order.shares_penalties else loss / share + penalties)
