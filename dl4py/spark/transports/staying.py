"""The worker's side of transport `direct`: a task that stays, trains what the driver hands out, and exchanges means."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dl4py.network.network import Network
from dl4py.spark.failure import Failure
from dl4py.spark.outcome import Outcome
from dl4py.spark.state import State
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Channel, Listener, Lost, connect
from dl4py.spark.worker import Training


@dataclass(frozen=True)
class Meeting:
    """Where the driver waits, and how long anyone waits for anyone."""

    host: str
    port: int
    secret: bytes
    limit: float


def stay(meeting: Meeting, rank: int, program: Any) -> Iterator[None]:
    """The whole life of a task; what goes wrong is told to the driver, not to Spark, which would begin anew."""
    with contextlib.suppress(Lost), contextlib.ExitStack() as open_things:
        hub = connect(meeting.host, meeting.port, meeting.secret, meeting.limit, "the driver", patience=2.0)
        open_things.callback(hub.close)
        try:
            listener = Listener(hub.here, meeting.secret, meeting.limit)
            open_things.callback(listener.close)
            hub.send((rank, (hub.here, listener.port)))
            mesh = Mesh(rank, hub.receive(), listener, meeting.secret, meeting.limit)
            open_things.callback(mesh.close)
            state: State = hub.receive()
            program.serve(hub, mesh, state.network())
        except Lost as lost:
            hub.send(lost)
        except Exception as error:
            hub.send(Failure.of(error, rank, "between batches"))
    return iter(())


@dataclass(frozen=True)
class Averaging:
    """Trains rounds until the driver says stop; after each, the mean replaces everyone's numbers."""

    training: Training
    depth: int

    def serve(self, hub: Channel, mesh: Mesh, network: Network) -> None:
        """Does what the driver orders."""
        fresh = None if self.training.updater_state else network.parameters.first_state(network.graph)
        while (order := hub.receive()) is not None:
            if order == "state":
                hub.send((network.params, network.updater_state))
                continue
            network.epoch, objects = order
            if fresh is not None:
                network.updater_state[:] = fresh
            outcome = self._trained(network, objects, mesh.rank)
            if not self._exchange(mesh, network, outcome, bool(objects)):
                hub.send(replace(outcome, vector=np.zeros(0)))
                return
            hub.send(replace(outcome, vector=np.zeros(0)))

    def _trained(self, network: Network, objects: Any, rank: int) -> Outcome:
        start = State.of(network) if network.params.nbytes < SMALL else None
        return self.training.outcome(network, objects, rank, start)

    def _exchange(self, mesh: Mesh, network: Network, outcome: Outcome, trained: bool) -> bool:
        """The mean into the network; false when a worker failed."""
        mine = (outcome.report.weight if trained else 0.0, outcome.report.iterations, bool(outcome.failures))
        weights, iterations, failed = zip(*mesh.everyones(mine), strict=True)
        if any(failed):
            return False
        vector = mesh.mean(outcome.vector, weights, self.depth)
        size = network.params.size
        network.params[:] = vector[:size]
        if self.training.updater_state:
            network.updater_state[:] = vector[size:]
        network.iteration += max(iterations) - outcome.report.iterations
        return True


SMALL = 1 << 22  # a copy of so many bytes a round costs nothing, and explains a score that is not finite
