"""Parameter averaging by workers that stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from dl4py.network.network import Network
from dl4py.spark.outcome import Outcome
from dl4py.spark.state import State
from dl4py.spark.transports.desks import Settling, means_of
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Channel
from dl4py.spark.worker import WHOLE, Clock, Training

SMALL = 1 << 22  # a copy of so many bytes a round costs nothing, and explains a score that is not finite
EXCHANGED = "WorkerExchangeTimesMs"  # DL4J has no workers that stay


@dataclass(frozen=True)
class Averaging:
    """Trains rounds until the driver says stop; after each, the mean replaces everyone's numbers."""

    training: Training
    depth: int
    half: bool = False

    @property
    def prefetch(self) -> int:
        """Rounds sent before they are due."""
        return self.training.prefetch

    def serve(self, hub: Channel, mesh: Mesh, network: Network) -> None:
        """Does what the driver orders."""
        fresh = None if self.training.updater_state else network.parameters.first_state(network.graph)
        parts = [network.params] if fresh is not None else [network.params, network.updater_state]
        means = means_of(mesh, parts, self.depth, half=self.half)
        while (order := hub.receive()) is not None:
            if order == "state":
                hub.send((network.params, network.updater_state if fresh is None else None))
                continue
            network.epoch, objects = order
            if fresh is not None:
                network.updater_state[:] = fresh
            clock = Clock(self.training.stats)
            with clock.phase(WHOLE):
                outcome = self._trained(network, objects, mesh.rank, clock)
                with clock.phase(EXCHANGED):
                    whole = self._exchange(mesh, means, network, outcome, bool(objects))
            hub.send(replace(outcome, report=replace(outcome.report, phases=tuple(clock.phases))))
            if not whole:
                hub.pass_over()
                return

    def _trained(self, network: Network, objects: Any, rank: int, clock: Clock) -> Outcome:
        start = State.of(network) if network.params.nbytes < SMALL else None
        return self.training.outcome(network, objects, rank, start, numbers=False, clock=clock)

    def _exchange(self, mesh: Mesh, means: Settling, network: Network, outcome: Outcome, trained: bool) -> bool:
        """The mean into the network; false when a worker failed."""
        mine = (outcome.report.weight if trained else 0.0, outcome.report.iterations, bool(outcome.failures))
        weights, iterations, failed = zip(*mesh.everyones(mine), strict=True)
        if any(failed):
            return False
        means.take(weights)
        network.iteration += max(iterations) - outcome.report.iterations
        return True
