"""Layerwise pretraining: one layer learns to reconstruct what the layers below it give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dl4py.errors import InvalidValue
from dl4py.layers.base import ReconstructingPart
from dl4py.network.compile import Pass, emit_forward
from dl4py.network.feed import fed_input, input_shapes
from dl4py.network.graph import Graph, Node
from dl4py.network.parameters import Parameters, blocks_of
from dl4py.network.update import emit_penalty_scores, emit_update
from dl4py.plan import Array, Emitter, Plan
from dl4py.schedules.base import rate_at

if TYPE_CHECKING:
    from dl4py.network.network import Network


def reconstructing(graph: Graph) -> list[str]:
    """The layers that can be pretrained, from below."""
    return [node.name for node in graph.nodes if isinstance(node.thing, ReconstructingPart)]


class Pretraining:
    """The pretraining of one layer: an updater of its own, with its own state and count of iterations, as in DL4J.

    Bengio, Lamblin, Popovici and Larochelle, "Greedy Layer-Wise Training of Deep Networks", 2006.
    """

    def __init__(self, network: Network, name: str) -> None:
        self.network, self.name = network, name
        graph = network.graph
        known = reconstructing(graph)
        if name not in known:
            raise InvalidValue(
                f"`{name}` is no layer that can be pretrained",
                hint=f"these can: {', '.join(known)}" if known else "auto_encoder and variational_autoencoder can",
            )
        own = [
            replace(slot, param=slot.param.but(pretrain=False))
            for slot in network.parameters.slots
            if slot.node.name == name
        ]
        self.parameters = Parameters(tuple(own), tuple(own), tuple(blocks_of(own)))
        self.state = self.parameters.first_state(graph)
        self.gradient = np.zeros_like(network.params)
        self.iteration = 0
        self._plans: dict[Any, tuple[Plan, list[Any], dict[str, np.ndarray], list[np.ndarray]]] = {}

    def fit(self, x: Sequence[np.ndarray]) -> float:
        """One step on a batch of features; returns the score before it."""
        score = self.run("fit", x)
        self.iteration += 1
        return score

    def run(self, mode: str, x: Sequence[np.ndarray]) -> float:
        """The score of a batch, with its gradient (`mode` gradient), or with the step that follows from it (fit)."""
        key = (mode, *map(np.shape, x))
        if key not in self._plans:
            self._plans[key] = self._bound(mode, x)
        plan, rates, memory, buffers = self._plans[key]
        memory["score"][:] = 0.0
        network = self.network
        memory["clock"][:2] = self.iteration, network.epoch
        for i, rate in enumerate(rates):
            compatibility = network.graph.compatibility
            memory["clock"][2 + i] = rate_at(rate, self.iteration, network.epoch, compatibility)
        for buffer, array in zip(buffers, x, strict=True):
            np.copyto(buffer, array)
        plan.run()
        loss, penalties = map(float, memory["score"])
        return loss / (len(x[0]) if network.config.mini_batch else 1) + penalties

    def _bound(self, mode: str, x: Sequence[np.ndarray]) -> tuple[Plan, list[Any], dict[str, np.ndarray], list[Any]]:
        network = self.network
        graph = network.graph.fed(input_shapes(network.graph, x))
        feds = [fed_input(shape, a.shape) for shape, a in zip(graph.shapes, x, strict=True)]  # type: ignore[arg-type]
        e = Emitter(len(x[0]), seed=graph.config.seed, compatibility=graph.compatibility)
        e.mini_batch, e.chain = graph.config.mini_batch, graph.config.chain
        target = graph.node(self.name)
        run = Pass(e, tuple(fed.array for fed in feds), (None,) * len(feds))
        below = _below(graph, target)
        with e.inference():
            emit_forward(replace(graph, nodes=below), network.parameters, run)
        with e.named(self.name), e.inside(target.given, (None,)):
            self._emit(e, target, run.values[target.inputs[0]])
        penalties = Array((1,), space="score", precision="float64", offset=1, name="penalties")
        emit_penalty_scores(self.parameters, e, penalties)
        if mode == "fit":
            emit_update(replace(graph, nodes=(target,)), self.parameters, e)
        plan = Plan(e.calls, graph.config.precision, share=graph.config.training_workspace_mode != "none")
        memory = {
            "params": network.params,
            "gradient": self.gradient,
            "state": self.state,
            "clock": np.zeros(2 + len(e.rates)),
            "score": np.zeros(2),
            "arena": np.zeros(plan.layout.total, np.uint8),
        }
        plan.bind(memory)
        return plan, e.rates, memory, [fed.seen(plan.numbers(fed.array)) for fed in feds]

    def _emit(self, e: Emitter, target: Node, x: Array) -> None:
        layer = target.thing
        assert isinstance(layer, ReconstructingPart)
        if target.preprocessor:
            x, _ = target.preprocessor.emit(e, x)
        if target.layer is not None and target.layer.dropout:
            x, _ = target.layer.dropout.emit(e, x)
        x.needs_gradient = False
        layer.emit_reconstruction(e, x, self.parameters.arrays(target))


def _below(graph: Graph, target: Node) -> tuple[Node, ...]:
    """The vertices that a layer's input is made of, in their order."""
    wanted = set(target.inputs)
    found: list[Node] = []
    for node in reversed(graph.nodes):
        if node.name in wanted:
            wanted.update(node.inputs)
            found.append(node)
    return tuple(reversed(found))
