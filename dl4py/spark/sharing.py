"""Gradient sharing: what a worker does that sends its changes to all others as they come."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from dl4py.data.batch import Batch
from dl4py.errors import TrainingError
from dl4py.network.network import Network
from dl4py.spark.encoding import Encoder, decode
from dl4py.spark.failure import Failure
from dl4py.spark.objects import Object
from dl4py.spark.outcome import Outcome, Report, Share
from dl4py.spark.thresholds.base import ThresholdAlgorithm
from dl4py.spark.transports.desks import Settling, means_of
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Channel, Lost
from dl4py.spark.worker import step, use_task_cores

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
        replica = Replica(self, network, mesh, means_of(mesh, [network.params], 1))
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
    """One worker's network, residual and encoder among those of all others."""

    keys: Sharing
    network: Network
    mesh: Company
    means: Settling
    sent: int = 0
    held: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        size, kind = self.network.params.size, self.network.params.dtype
        self.encoder = Encoder(self.keys.algorithm, np.zeros(size, kind), self.keys.clip, self.keys.clip_every)
        self.sum = np.zeros(size, kind)

    def round(self, objects: Sequence[Object]) -> Outcome:
        """Trains the batches; in the end all replicas take the parameters of worker 0."""
        begun, since, place = self.network.iteration, time.perf_counter(), "no batch"
        score, examples = 0.0, 0
        place = objects[0].place if objects else place
        steps = self._together(objects) if self.keys.mode == "synchronous" else self._apart(objects)
        try:
            for thing, value in steps:
                place, score = thing.place, value
                examples += thing.size
                if not math.isfinite(score):
                    raise TrainingError(
                        f"the score is {score} at iteration {self.network.iteration - 1} of epoch {self.network.epoch}",
                        hint="lower the learning rate, or normalize the data",
                    )
        except Lost:
            raise
        except Exception as error:
            return Outcome.failed(Failure.of(error, self.mesh.rank, f"batch {place}"))
        made = self.network.iteration - begun
        weights = [1.0, *[0.0] * (self.mesh.count - 1)]
        if self.mesh.count > 1:
            self.means.take(weights)
            self.network.iteration = begun + max(self.mesh.everyones(made))
        weight = 1.0 if objects else 0.0
        sent, self.sent = self.sent, 0
        share = Share(self.mesh.rank, socket.gethostname(), examples, time.perf_counter() - since)
        return Outcome(np.zeros(0), Report(score * weight, weight, examples, made, (), sent, (share,)))

    def _change(self, batch: Batch) -> tuple[float, np.ndarray]:
        """One local step taken back: its score, and what it would have changed."""
        before = self.network.params.copy()
        score = step(self.network, batch)
        update = before - self.network.params
        self.network.params[:] = before
        return score, update

    def _apply(self, messages: Sequence[np.ndarray | None], share: float = 1.0) -> None:
        """Subtracts the sum of what messages say, times a share."""
        said = [message for message in messages if message is not None]
        if said:
            self.sum[:] = 0
            for message in said:
                decode(message, self.sum)
            if share != 1.0:
                self.sum *= self.sum.dtype.type(share)
            self.network.params[:] -= self.sum

    def _together(self, objects: Sequence[Object]) -> Iterator[tuple[Object, float]]:
        """Every step waits for the messages of all: the same bits on each run."""
        for i in range(max(self.mesh.everyones(len(objects)))):
            message, score = None, 0.0
            if i < len(objects):
                score, update = self._change(objects[i].load())
                message = self.encoder.message(update)
                self.sent += 0 if message is None else message.nbytes * (self.mesh.count - 1)
            self._apply(self.mesh.everyones(message))
            if i < len(objects):
                yield objects[i], score

    def _apart(self, objects: Sequence[Object]) -> Iterator[tuple[Object, float]]:
        """Messages are applied as they come, one's own at once."""
        inbox = self.mesh.inbox()
        try:
            for thing in objects:
                score, update = self._change(thing.load())
                arrived = inbox.waiting()
                if self.keys.scale_by_staleness and arrived:
                    update /= update.dtype.type(1 + len(arrived))
                message = self.encoder.message(update)
                if message is not None:
                    self.sent += message.nbytes * (self.mesh.count - 1)
                    self.mesh.tell(message, PENDING)
                self._take([message, *arrived])
                yield thing, score
        finally:
            self.mesh.tell(None, PENDING)
        self._take(inbox.rest(), all_of_it=True)

    def _take(self, messages: Sequence[np.ndarray | None], all_of_it: bool = False) -> None:
        """Applies messages; under softsync the mean of each group, as soon as it is whole."""
        if self.keys.mode != "softsync":
            self._apply(messages)
            return
        group = max(1, self.mesh.count // self.keys.softsync)
        self.held += [message for message in messages if message is not None]
        while len(self.held) >= group or (all_of_it and self.held):
            part, self.held = self.held[:group], self.held[group:]
            self._apply(part, 1.0 / group)
