"""Gradient sharing: what a worker does that sends its changes to all others as they come."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from dl4py.data.batch import Batch
from dl4py.errors import TrainingError
from dl4py.network.network import Network
from dl4py.spark.encoding import Encoder, decode, touched
from dl4py.spark.failure import Failure
from dl4py.spark.objects import Object
from dl4py.spark.outcome import Outcome, Report, Share
from dl4py.spark.thresholds.base import ThresholdAlgorithm
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Channel, Lost
from dl4py.spark.worker import Iteration, Tally, iterations, use_task_cores

PENDING = 64  # messages on their way to one worker before the sender waits for it
Mode = Literal["asynchronous", "synchronous", "softsync"]


class Letters(Protocol):
    """Messages that come while a worker is busy."""

    def waiting(self) -> list[np.ndarray]:
        """What has come so far."""

    def rest(self) -> list[np.ndarray]:
        """What comes until all others are through."""


class Company(Protocol):
    """A worker's way to all others."""

    rank: int

    @property
    def count(self) -> int:
        """Number of workers."""

    def inbox(self) -> Letters:
        """What others tell from now on."""

    def tell(self, message: Any, pending: int) -> None:
        """A message to all others; None when no more will come."""

    def everyones(self, message: Any) -> list[Any]:
        """A message of each worker, in their order."""


@dataclass(frozen=True)
class Sharing:
    """The keys of the training master that workers need."""

    algorithm: ThresholdAlgorithm
    clip: float | None
    clip_every: int
    mode: Mode
    scale_by_staleness: bool
    softsync: int
    prefetch: int
    depth: int = 2

    def serve(self, hub: Channel, mesh: Mesh, network: Network) -> None:
        """Follows the driver's orders until it says stop; the residual lives as long as the worker."""
        use_task_cores()
        replica = Replica(self, network, mesh)
        while (order := hub.receive()) is not None:
            if order == "state":
                hub.send((network.params, network.updater_state))
                continue
            network.epoch, objects = order
            outcome = replica.round(objects)
            hub.send(outcome)
            if outcome.failures:
                mesh.close()  # the others hear of it and wait no longer
                hub.pass_over()
                return


@dataclass
class Replica:
    """One worker's network, residual and encoder among those of all others.

    Parameters are ``start - share total``: the total of all messages lies in double, where it is exact, thresholds
    having 24 bits. So all replicas have the same bits when all messages have come, in whatever order they came.
    """

    keys: Sharing
    network: Network
    mesh: Company
    iterations: Callable[[Network, Batch], Iterable[Iteration]] = iterations
    held: list[np.ndarray] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        params, keys = self.network.params, self.keys
        self.encoder = Encoder(keys.algorithm, np.zeros_like(params), keys.clip, keys.clip_every)
        self.start, self.total = params.copy(), np.zeros(params.size)
        self.group = max(1, self.mesh.count // keys.softsync) if keys.mode == "softsync" else 1

    def round(self, objects: Sequence[Object]) -> Outcome:
        """Trains the batches; in the end all replicas have the same parameters."""
        begun, since, tally = self.network.iteration, time.perf_counter(), Tally()
        self.tally = tally
        try:
            (self._together if self.keys.mode == "synchronous" else self._apart)(objects)
        except Lost:
            raise
        except Exception as error:
            return Outcome.failed(Failure.of(error, self.mesh.rank, f"batch {tally.place}"))
        made = self.network.iteration - begun
        self.network.iteration = begun + max(self.mesh.everyones(made))
        weight = 1.0 if objects else 0.0
        share = Share(self.mesh.rank, socket.gethostname(), tally.examples, time.perf_counter() - since)
        report = Report(tally.score * weight, weight, tally.examples, made, (), tally.sent, (share,))
        return Outcome(np.zeros(0), report)

    def _changes(self, objects: Sequence[Object]) -> Iterator[np.ndarray]:
        """What each iteration would change; it is taken back."""
        for thing in objects:
            self.tally.place = thing.place
            for iteration in self.iterations(self.network, thing.load()):
                before = self.network.params.copy()
                score = self.tally.score = iteration()
                if not math.isfinite(score):
                    raise TrainingError(
                        f"the score is {score} at iteration {self.network.iteration - 1} of epoch {self.network.epoch}",
                        hint="lower the learning rate, or normalize the data",
                    )
                change = before - self.network.params
                self.network.params[:] = before
                yield change
            self.tally.examples += thing.size

    def _message(self, change: np.ndarray) -> np.ndarray | None:
        message = self.encoder.message(change)
        self.tally.sent += 0 if message is None else message.nbytes * (self.mesh.count - 1)
        return message

    def _together(self, objects: Sequence[Object]) -> None:
        """Every iteration waits for the messages of all: the same bits on each run."""
        changes = self._changes(objects)
        while True:
            change = next(changes, None)
            said = self.mesh.everyones((change is not None, None if change is None else self._message(change)))
            if not any(goes_on for goes_on, _ in said):
                return
            self._take([message for _, message in said])

    def _apart(self, objects: Sequence[Object]) -> None:
        """Messages are applied as they come, one's own at once."""
        inbox = self.mesh.inbox()
        try:
            for change in self._changes(objects):
                arrived = inbox.waiting()
                stale = (len(self.held) + len(arrived)) // self.group
                if self.keys.scale_by_staleness and stale:
                    change /= change.dtype.type(1 + stale)
                message = self._message(change)
                if message is not None:
                    self.mesh.tell(message, PENDING)
                self._take([message, *arrived])
        finally:
            self.mesh.tell(None, PENDING)
        self._take(inbox.rest(), all_of_it=True)

    def _take(self, messages: Sequence[np.ndarray | None], all_of_it: bool = False) -> None:
        """Applies messages in whole groups, of which the mean counts; a group is one message but for softsync."""
        self.held += [message for message in messages if message is not None]
        ready = len(self.held) if all_of_it else len(self.held) // self.group * self.group
        if ready:
            messages, self.held = self.held[:ready], self.held[ready:]
            for message in messages:
                decode(message, self.total)
            where = touched(messages)
            self.network.params[where] = self.start[where] - self.total[where] / self.group
