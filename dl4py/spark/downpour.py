"""Downpour SGD: workers push gradients to a server and fetch parameters from it; nobody waits for anybody."""

from __future__ import annotations

import selectors
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from dl4py.data.batch import Batch
from dl4py.errors import ClusterError, TrainingError
from dl4py.network.network import Network
from dl4py.network.update import penalties
from dl4py.spark.dealing import Hand
from dl4py.spark.failure import Failure
from dl4py.spark.objects import Object
from dl4py.spark.outcome import Outcome, Report
from dl4py.spark.sources import Source
from dl4py.spark.state import State
from dl4py.spark.transports.hub import Hub
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import LONGER, Channel, Lost
from dl4py.spark.worker import Iteration, Tally, iterations, use_task_cores

Hands = Sequence[Hand]


class Line(Protocol):
    """One end of a connection between worker and server."""

    def send(self, message: Any) -> int:
        """Sends a message; returns its bytes."""

    def receive(self) -> Any:
        """Waits for a message."""


@dataclass(frozen=True)
class Downpouring:
    """A worker: a replica that steps by itself between two fetches and sums up its gradients between two pushes."""

    rate: float
    fetch_every: int
    push_every: int

    def serve(self, hub: Channel, mesh: Mesh, network: Network) -> None:
        """Follows the driver's orders until it says stop."""
        use_task_cores()
        while (order := hub.receive()) is not None:
            network.epoch, network.iteration, objects = order
            tally = Tally()
            try:
                self.train(hub, network, objects, tally)
            except Lost:
                raise
            except Exception as error:
                hub.send(("failed", Failure.of(error, mesh.rank, f"batch {tally.place}")))
                hub.pass_over()
                return

    def train(
        self,
        hub: Line,
        network: Network,
        objects: Sequence[Object],
        tally: Tally,
        iterations: Callable[[Network, Batch, str], Iterable[Iteration]] = iterations,
    ) -> None:
        """Trains the batches: fetches, steps and pushes, and a report in the end."""
        moving, pushed, begun = steps_of(network), np.zeros_like(network.params), network.iteration
        for thing in objects:
            tally.place, batch = thing.place, thing.load()
            for iteration in iterations(network, batch, "gradient"):
                if (network.iteration - begun) % self.fetch_every == 0:
                    hub.send(("fetch", None))
                    network.params[:] = hub.receive()
                pushed += self._step(network, iteration, moving / moving.dtype.type(batch.size), tally)
                if (network.iteration - begun) % self.push_every == 0:
                    tally.sent += hub.send(("push", pushed))
                    pushed = np.zeros_like(pushed)
            tally.examples += batch.size
        made = network.iteration - begun
        if made % self.push_every:
            tally.sent += hub.send(("push", pushed))
        weight = 1.0 if objects else 0.0
        report = Report(tally.score * weight, weight, tally.examples, made, sent=tally.sent)
        hub.send(("done", Outcome(np.zeros(0), report)))

    def _step(self, network: Network, iteration: Iteration, moving: np.ndarray, tally: Tally) -> np.ndarray:
        """The gradient of one iteration, after a step of the worker's own."""
        tally.score = iteration()
        if not np.isfinite(tally.score):
            raise TrainingError(
                f"the score is {tally.score} at iteration {network.iteration - 1} of epoch {network.epoch}",
                hint="lower the learning rate, or normalize the data",
            )
        gradient = network.step * moving
        network.params[:] -= gradient * gradient.dtype.type(self.rate)
        return gradient


def steps_of(network: Network) -> np.ndarray:
    """1 for each value that is trained, 0 for frozen ones."""
    kinds = np.ones_like(network.params)
    for slot in network.parameters.slots:
        if slot.param.frozen:
            kinds[slot.offset : slot.stop] = 0
    return kinds


def check(network: Network) -> None:
    """Refuses what stands between gradient and step in other masters: the server knows gradients alone."""
    found = None
    if any(penalties(slot) for slot in network.parameters.slots):
        found = "penalties such as `l2`"
    elif any(slot.param.role == "statistic" for slot in network.parameters.slots):
        found = "running statistics (batch normalization, center loss)"
    for slot in network.parameters.slots:
        trained = slot.node.trained
        if trained is not None and (getattr(trained, "gradient_normalization", None) not in (None, "none")):
            found = found or "`gradient_normalization`"
        if trained is not None and getattr(trained, "constraints", None):
            found = found or "`constraints`"
    if found:
        raise ClusterError(f"Downpour knows no {found}", hint="`parameter_averaging` and `gradient_sharing` do")


@dataclass
class AdaGrad:
    """The server's steps: ``G = G + g^2``, ``w = w - rate g / (sqrt(G) + epsilon)``; G begins with `first`."""

    rate: float
    epsilon: float
    first: float
    squares: np.ndarray | None = None

    def begin(self, params: np.ndarray) -> None:
        """Sums of squares before the first push."""
        if self.squares is None:
            self.squares = np.full_like(params, self.first)

    def step(self, params: np.ndarray, gradient: np.ndarray) -> None:
        """Moves the parameters, in place."""
        assert self.squares is not None
        self.squares += gradient * gradient
        params[:] -= self.rate * gradient / (np.sqrt(self.squares) + self.epsilon)


@dataclass
class Server:
    """The driver as parameter server: it steps for each push, and answers each fetch."""

    context: Any
    source: Source
    program: Downpouring
    workers: int
    adagrad: AdaGrad
    retries: int
    limit: float
    _hub: Hub | None = None

    def rounds(
        self, network: Network, rounds: Sequence[Hands], stopping: Callable[[], bool]
    ) -> Iterator[tuple[Report, bool]]:
        """Trains rounds; workers meet at the end of each alone."""
        self.adagrad.begin(network.params)
        for hands in rounds:
            if stopping():
                return
            yield self._insisting(network, hands), True

    def _insisting(self, network: Network, hands: Hands) -> Report:
        start, adagrad = State.of(network), deepcopy(self.adagrad)
        for attempt in range(self.retries + 1):
            try:
                return self._round(network, hands)
            except Lost as lost:
                self.close()
                if attempt == self.retries:
                    raise
                warnings.warn(f"{lost}; the round after iteration {start.iteration} is made again", stacklevel=2)
                start.into(network)
                self.adagrad = deepcopy(adagrad)
        raise AssertionError

    def _round(self, network: Network, hands: Hands) -> Report:
        hub = self._hub = self._hub or Hub(self.context, self.program, State.of(network), self.workers, self.limit)
        load = self.source.objects(network.epoch)
        given = [[load(i) for i in hand] for hand in hands] + [[] for _ in range(self.workers - len(hands))]
        hub.send([(network.epoch, network.iteration, hand) for hand in given])
        reports: list[Report] = []
        with selectors.DefaultSelector() as selector:
            for channel in hub.channels:
                selector.register(channel, selectors.EVENT_READ, channel)
            while len(reports) < self.workers:
                ready = selector.select(self.limit)
                if not ready:
                    raise Lost(f"no worker has said anything for {self.limit:g} s", hint=LONGER)
                for key, _ in ready:
                    reports += self.heard(network, key.data)
        total = reports[0]
        for report in reports[1:]:
            total = total.plus(report)
        network.iteration += total.iterations
        return total

    def heard(self, network: Network, channel: Line) -> list[Report]:
        """Does what one message asks; the report of a worker that is through."""
        what, value = channel.receive()
        if what == "fetch":
            channel.send(network.params)
        elif what == "push":
            self.adagrad.step(network.params, value)
        elif what == "failed":
            value.raised()
        else:
            return [value.report]
        return []

    def close(self) -> None:
        """Ends the workers."""
        if self._hub is not None:
            self._hub.close()
            self._hub = None
