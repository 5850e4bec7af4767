"""A stretch of a network's flat vectors as if it were the whole: updates and penalties on a part of the parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dl4py.network.graph import Graph
from dl4py.network.parameters import Parameters, Slot, blocks_of
from dl4py.network.update import emit_direction, emit_penalty_scores
from dl4py.plan import Array, Emitter, Plan


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


class Rates:
    """The clock of a plan of one's own, with what its rates are at an iteration."""

    def __init__(self, e: Emitter) -> None:
        self._rates, self._compatibility = e.rates, e.compatibility
        self.clock: np.ndarray = np.zeros(2 + len(e.rates))

    def set(self, iteration: int, epoch: int) -> None:
        """Now it is that iteration."""
        self.clock[:2] = iteration, epoch
        for i, rate in enumerate(self._rates):
            self.clock[2 + i] = rate if isinstance(rate, float) else rate.at(iteration, epoch, self._compatibility)


class Penalties:
    """The penalties' part of the score that belongs to some parameters; `params` is the vector that they lie in."""

    def __init__(self, graph: Graph, parameters: Parameters, params: np.ndarray) -> None:
        e = Emitter(1, compatibility=graph.compatibility)
        emit_penalty_scores(parameters, e, Array((1,), space="score", precision="float64", name="penalties"))
        self._plan, self._rates, self._score = Plan(e.calls, graph.config.precision), Rates(e), np.zeros(1)
        arena = np.zeros(self._plan.layout.total, np.uint8)
        self._plan.bind({"params": params, "clock": self._rates.clock, "score": self._score, "arena": arena})

    def total(self, iteration: int, epoch: int) -> float:
        """Their sum, of the parameters as they are."""
        self._rates.set(iteration, epoch)
        self._score[:] = 0.0
        self._plan.run()
        return float(self._score[0])


class Piece:
    """Parameters and updater state of a stretch, and what the updater makes of a gradient there.

    Gradients are sums over a batch of `examples`.
    """

    def __init__(
        self, graph: Graph, parameters: Parameters, start: int, stop: int, examples: int, state: np.ndarray
    ) -> None:
        kind = graph.config.precision
        own = cut(parameters, start, stop)
        e = Emitter(examples, training=True, seed=graph.config.seed, compatibility=graph.compatibility)
        e.mini_batch, e.chain = graph.config.mini_batch, graph.config.chain
        emit_direction(graph, own, e)
        places = state_places(parameters, start, stop)
        self._rates = Rates(e)
        self.state = np.concatenate([state[place] for place in places]) if places else np.zeros(0, kind)
        self._plan = Plan(e.calls, kind)
        self._memory = {
            "params": np.zeros(stop - start, kind),
            "gradient": np.zeros(stop - start, kind),
            "state": self.state,
            "clock": self._rates.clock,
            "arena": np.zeros(self._plan.layout.total, np.uint8),
        }
        self._plan.bind(self._memory)
        self._penalties = Penalties(graph, own, self._memory["params"])

    def direction(self, params: np.ndarray, gradient: np.ndarray, iteration: int, epoch: int) -> np.ndarray:
        """The step to subtract; the state advances."""
        memory = self._memory
        memory["params"][:], memory["gradient"][:] = params, gradient
        self._rates.set(iteration, epoch)
        self._plan.run()
        return memory["gradient"].copy()

    def penalties(self, params: np.ndarray, iteration: int, epoch: int) -> float:
        """The penalties' part of the score."""
        self._memory["params"][:] = params
        return self._penalties.total(iteration, epoch)
