"""Sandblaster's worker: a shard of every vector, and a replica that computes portions of the gradient."""

from __future__ import annotations

import contextlib
import math
import queue
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.errors import TrainingError
from dl4py.network.cut import Piece
from dl4py.network.network import Network
from dl4py.spark.exact import back, rung_of, whole
from dl4py.spark.failure import Failure
from dl4py.spark.objects import Object
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Channel, Lost
from dl4py.spark.worker import use_task_cores


@dataclass(frozen=True)
class Task:
    """A portion to be computed at a point; gradients are shifted so far that sums of them are exact."""

    evaluation: int
    portion: int
    thing: Object
    mode: str
    rung: int
    shift: int
    point: np.ndarray


@dataclass(frozen=True)
class Sharding:
    """The program of all workers; the batch has so many examples."""

    examples: int

    def serve(self, hub: Channel, mesh: Mesh, network: Network) -> None:
        """Follows the coordinator's commands until it says stop."""
        use_task_cores()
        replica = Replica(hub, network, mesh.rank)
        try:
            shard = Shard(mesh, network, self.examples, replica)
            while (command := hub.receive()) is not None:
                answer = getattr(shard, command[0])(*command[1:])
                if answer is not None:
                    replica.say(("answer", answer))
        finally:
            replica.tasks.put(None)


class Replica:
    """A thread that computes portions, while the shard goes on answering; slow ones keep nobody waiting."""

    def __init__(self, hub: Channel, network: Network, rank: int) -> None:
        self.tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self.found = np.zeros(0, np.int64)  # the portion last computed, until it is known whether it counts
        self._hub, self._network, self._rank = hub, network, rank
        self._speech = threading.Lock()
        self._at: np.ndarray | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def say(self, message: Any) -> None:
        """Tells the coordinator."""
        with self._speech:
            self._hub.send(message)

    def _run(self) -> None:
        with contextlib.suppress(Lost):  # the shard hears of it too, or all is over and nobody waits for a slow portion
            while (task := self.tasks.get()) is not None:
                self.say(self._done(task))

    def _done(self, task: Task) -> Any:
        try:
            loss, rung = self._computed(task)
        except Exception as error:
            return "failed", task.evaluation, Failure.of(error, self._rank, f"batch {task.thing.place}")
        return "computed", task.evaluation, task.portion, loss, rung

    def _computed(self, task: Task) -> tuple[float, int]:
        network = self._network
        if self._at is not task.point:
            network.params[:] = task.point
            self._at = task.point
        batch = task.thing.load()
        arrays = list(batch.features), list(batch.labels), batch.feature_masks, batch.label_masks
        network.run(task.mode, arrays)
        loss = network.loss
        if task.mode == "score":
            return loss, task.rung
        largest = float(np.max(np.abs(network.step), initial=0.0))
        if not (math.isfinite(loss) and math.isfinite(largest)):
            raise TrainingError(f"the loss is {loss}", hint="lower the learning rate, or normalize the data")
        rung = rung_of(largest)
        if rung <= task.rung:
            self.found = whole(network.step, task.shift)
        return loss, rung


class Shard:
    """The values from ``size rank / workers`` on of parameters, gradient, directions and curvature pairs.

    Its methods are the coordinator's commands; those that return something answer it.
    """

    def __init__(self, mesh: Mesh, network: Network, examples: int, replica: Replica) -> None:
        self._mesh, self._network, self._replica = mesh, network, replica
        size = network.params.size
        self._edges = [size * k // mesh.count for k in range(mesh.count + 1)]
        start, stop = self._edges[mesh.rank], self._edges[mesh.rank + 1]
        self._piece = Piece(network.graph, network.parameters, start, stop, examples, network.updater_state)
        self._point: np.ndarray = network.params.copy()
        self._vectors: dict[int, np.ndarray] = {0: self._point[start:stop].copy()}
        self._things: dict[int, Object] = {}
        self._total: np.ndarray = np.zeros(0, np.int64)
        self._evaluation = (0, "score", 0, 0)
        self._before: np.ndarray = self._piece.state.copy()

    def copy(self, name: int, x: int) -> None:
        """``name = x``."""
        self._vectors[name] = self._vectors[x].copy()

    def plus(self, name: int, x: int, factor: float, y: int) -> None:
        """``name = x + factor y``."""
        self._vectors[name] = self._vectors[x] + factor * self._vectors[y]

    def add(self, x: int, factor: float, y: int) -> None:
        """``x = x + factor y``."""
        self._vectors[x] += factor * self._vectors[y]

    def scale(self, x: int, factor: float) -> None:
        """``x = factor x``."""
        self._vectors[x] *= factor

    def drop(self, names: list[int]) -> None:
        """Forgets vectors."""
        for name in names:
            del self._vectors[name]

    def dot(self, x: int, y: int) -> float:
        """This shard's part of ``x y``."""
        return float(self._vectors[x].astype(np.float64) @ self._vectors[y].astype(np.float64))

    def steepness(self, gradient: int, start: int) -> float:
        """``max |g| / max(|w|, 1)`` of this shard."""
        g, w = self._vectors[gradient], self._vectors[start]
        return float(np.max(np.abs(g) / np.maximum(np.abs(w), 1.0), initial=0.0))

    def move(self, start: int, step: float, direction: int) -> None:
        """``params = start + step direction``, and everyone's replica hears of all shards."""
        self._vectors[0] = self._vectors[start] + step * self._vectors[direction]
        self._point = self._mesh.joined(self._vectors[0], self._edges)

    def evaluate(self, evaluation: int, mode: str, rung: int, shift: int) -> None:
        """A new sum over portions begins."""
        self._evaluation = evaluation, mode, rung, shift
        if mode == "gradient":
            self._total = np.zeros(self._network.params.size, np.int64)

    def compute(self, portion: int, thing: Object | None) -> None:
        """Gives the replica a portion; its data comes along the first time."""
        if thing is not None:
            self._things[portion] = thing
        evaluation, mode, rung, shift = self._evaluation
        self._replica.tasks.put(Task(evaluation, portion, self._things[portion], mode, rung, shift, self._point))

    def count(self) -> None:
        """The portion last computed counts."""
        self._total += self._replica.found

    def reduce(self, name: int) -> None:
        """``name`` is this shard of the sum of what all replicas counted."""
        mine = self._mesh.added(self._total, self._edges)
        self._vectors[name] = back(mine, self._evaluation[3], self._network.params.dtype)

    def penalties(self, iteration: int, epoch: int) -> float:
        """The penalties of this shard's parameters."""
        return self._piece.penalties(self._vectors[0], iteration, epoch)

    def direction(self, name: int, gradient: int, iteration: int, epoch: int, again: bool) -> None:
        """What the updater makes of a gradient; `again` from the state before, and as if it had not been asked."""
        state = self._piece.state
        now = state.copy()
        if again:
            state[:] = self._before
        else:
            self._before = now
        self._vectors[name] = self._piece.direction(self._vectors[0], self._vectors[gradient], iteration, epoch)
        if again:
            state[:] = now

    def state(self) -> tuple[np.ndarray, np.ndarray, int]:
        """Parameters and updater state of this shard, and bytes sent to other workers so far."""
        sent = sum(channel.bytes_sent for channel in self._mesh.channels.values())
        return self._vectors[0], self._piece.state, sent
