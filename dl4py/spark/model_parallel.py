"""Model parallelism: every worker takes every batch, and holds some columns of wide layers."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dl4py.errors import TrainingError
from dl4py.network.cut import Penalties
from dl4py.network.network import Network
from dl4py.network.parameters import Parameters
from dl4py.spark.columns import meet
from dl4py.spark.compiling import once_a_machine
from dl4py.spark.dealing import Hand
from dl4py.spark.failure import Failure
from dl4py.spark.objects import Object
from dl4py.spark.outcome import Outcome, Report
from dl4py.spark.slicing import cut, taken
from dl4py.spark.sources import Source
from dl4py.spark.state import State
from dl4py.spark.transports.hub import Hub
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Channel, Lost
from dl4py.spark.worker import use_task_cores

Hands = Sequence[Hand]


@dataclass(frozen=True)
class Columned:
    """A worker: it trains its columns of the cut layers and all others whole, in step with everyone."""

    layers: tuple[str, ...]

    def serve(self, hub: Channel, mesh: Mesh, network: Network) -> None:
        """Follows the driver's orders until it says stop."""
        use_task_cores()
        meet(mesh)
        while (order := hub.receive()) is not None:
            network.epoch, network.iteration, objects = order
            outcome = self._trained(mesh, network, objects)
            hub.send(outcome if outcome.failures else (outcome, network.params, network.updater_state))
            if outcome.failures:
                mesh.close()  # the others hear of it and wait no longer
                hub.pass_over()
                return

    def _trained(self, mesh: Mesh, network: Network, objects: Sequence[Object]) -> Outcome:
        score, examples, begun, at = 0.0, 0, network.iteration, ""
        own = tuple(slot for slot in network.parameters.slots if slot.node.name in self.layers)
        penalties = Penalties(network.graph, Parameters(own, own, ()), network.params)
        sent = sum(channel.bytes_sent for channel in mesh.channels.values())
        try:
            for thing in objects:
                at, batch = thing.place, thing.load()
                mine = penalties.total(network.iteration, network.epoch)  # of the parameters that the score is of
                with once_a_machine(network.config):  # a step in there would wait for workers that wait to get in
                    network.plans.ready("fit", (batch.features, batch.labels, batch.feature_masks, batch.label_masks))
                score = network.fit(
                    batch.features, batch.labels, batch.feature_masks or None, batch.label_masks or None
                )
                if not math.isfinite(score):
                    raise TrainingError(
                        f"the score is {score} at iteration {network.iteration - 1} of epoch {network.epoch}",
                        hint="lower the learning rate, or normalize the data",
                    )
                examples += batch.size
            score += sum(mesh.everyones(mine)) - mine
        except Lost:
            raise
        except Exception as error:
            return Outcome.failed(Failure.of(error, mesh.rank, f"batch {at}"))
        sent = sum(channel.bytes_sent for channel in mesh.channels.values()) - sent
        return Outcome(np.zeros(0), Report(score, 1.0, examples, network.iteration - begun, sent=sent))


@dataclass
class Parallel:
    """Rounds of batches that all workers train together; the network is put together behind each."""

    context: Any
    source: Source
    workers: int
    least_columns: int
    retries: int
    limit: float
    _hub: Hub | None = None
    _parts: list[Any] = field(default_factory=list)

    def rounds(
        self, network: Network, rounds: Sequence[Hands], stopping: Callable[[], bool]
    ) -> Iterator[tuple[Report, bool]]:
        """Trains rounds; after each the network holds everyone's columns."""
        for hands in rounds:
            if stopping():
                return
            yield self._insisting(network, [i for hand in hands for i in hand]), True

    def _insisting(self, network: Network, batches: Sequence[int]) -> Report:
        for attempt in range(self.retries + 1):
            try:
                return self._round(network, batches)
            except Lost as lost:
                self.close()
                if attempt == self.retries:
                    raise
                warnings.warn(f"{lost}; the round after iteration {network.iteration} is made again", stacklevel=2)
        raise AssertionError

    def _round(self, network: Network, batches: Sequence[int]) -> Report:
        hub = self._hub = self._hub or self._started(network)
        load = self.source.objects(network.epoch)
        order = (network.epoch, network.iteration, [load(i) for i in batches])
        hub.send([order] * self.workers)
        answers = hub.outcomes()
        sent = 0
        for (outcome, params, state), parts in zip(answers, self._parts, strict=True):
            for vector, own, places in ((network.params, params, parts[0]), (network.updater_state, state, parts[1])):
                for whole, mine in places:
                    vector[whole] = own[mine]
            sent += outcome.report.sent
        report: Report = answers[0][0].report
        network.iteration += report.iterations
        return Report(report.score, report.weight, report.examples, report.iterations, sent=sent)

    def _started(self, network: Network) -> Hub:
        layers = cut(network.graph, self.workers, self.least_columns)
        self._parts = [layers.parts(worker) for worker in range(self.workers)]
        states = []
        for worker, (params, state) in enumerate(self._parts):
            own = taken(network.params, params), taken(network.updater_state, state)
            states.append(State(layers.config(worker), *own, network.iteration, network.epoch))
        return Hub(self.context, Columned(layers.layers), states, self.workers, self.limit)

    def close(self) -> None:
        """Ends the workers."""
        if self._hub is not None:
            self._hub.close()
            self._hub = None
