"""A stretch of a network's flat vectors as if it were the whole: updates and penalties on a part of the parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dl4py.network.graph import Graph
from dl4py.network.parameters import Parameters, Slot, blocks_of
from dl4py.network.update import emit_direction, emit_penalty_scores
from dl4py.plan import Array, Emitter, Plan
from dl4py.schedules.base import rate_at


def cut(parameters: Parameters, start: int, stop: int) -> Parameters:
    """The layout of the values from `start` to `stop`; parameters that reach beyond are cut to what lies inside."""
    slots = []
    for slot in parameters.slots:
        a, b = max(slot.offset, start), min(slot.stop, stop)
        if a < b:
            slots.append(Slot(slot.node, replace(slot.param, shape=(b - a,), order="c"), a - start))
    return Parameters(tuple(slots), tuple(slots), tuple(blocks_of(slots)))


def state_places(parameters: Parameters, start: int, stop: int) -> list[slice]:
    """Where the updater state of those values lies in the whole state, in the order of the cut's own."""
    places = []
    for block in parameters.blocks:
        a, b = max(block.offset, start) - block.offset, min(block.offset + block.size, stop) - block.offset
        if a < b:
            firsts = [block.state_offset + i * block.size for i in range(len(block.updater.state))]
            places += [slice(first + a, first + b) for first in firsts]
    return places


class Piece:
    """Parameters and updater state of a stretch, and what the updater makes of a gradient there.

    Gradients are sums over a batch of `examples`.
    """

    def __init__(
        self, graph: Graph, parameters: Parameters, start: int, stop: int, examples: int, state: np.ndarray
    ) -> None:
        kind = graph.config.precision
        self._graph, own = graph, cut(parameters, start, stop)
        e = Emitter(examples, training=True, seed=graph.config.seed, compatibility=graph.compatibility)
        e.mini_batch, e.chain = graph.config.mini_batch, graph.config.chain
        emit_direction(graph, own, e)
        scored = Emitter(examples, compatibility=graph.compatibility)
        emit_penalty_scores(own, scored, Array((1,), space="score", precision="float64", name="penalties"))
        places = state_places(parameters, start, stop)
        self._rates = e.rates
        self.state = np.concatenate([state[place] for place in places]) if places else np.zeros(0, kind)
        plans = [Plan(calls, kind) for calls in (e.calls, scored.calls)]
        self._memory = {
            "params": np.zeros(stop - start, kind),
            "gradient": np.zeros(stop - start, kind),
            "state": self.state,
            "clock": np.zeros(2 + len(e.rates)),
            "score": np.zeros(1),
            "arena": np.zeros(max(plan.layout.total for plan in plans) + 64, np.uint8),
        }
        for plan in plans:
            plan.bind(self._memory)
        self._direction, self._scored = plans

    def direction(self, params: np.ndarray, gradient: np.ndarray, iteration: int, epoch: int) -> np.ndarray:
        """The step to subtract; the state advances."""
        memory, clock = self._memory, self._memory["clock"]
        memory["params"][:], memory["gradient"][:] = params, gradient
        clock[:2] = iteration, epoch
        for i, rate in enumerate(self._rates):
            clock[2 + i] = rate_at(rate, iteration, epoch, self._graph.compatibility)
        self._direction.run()
        return memory["gradient"].copy()

    def penalties(self, params: np.ndarray) -> float:
        """The penalties' part of the score."""
        self._memory["params"][:] = params
        self._memory["score"][:] = 0.0
        self._scored.run()
        return float(self._memory["score"][0])
