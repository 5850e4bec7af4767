"""A network's plans: one per mode and batch shape, in one memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np

from dl4py.errors import ShapeError
from dl4py.network.compile import Pass, emit_backward, emit_forward
from dl4py.network.feed import Fed, fed_input, fed_label_mask, fed_labels, fed_mask, input_shapes, node_batch, outward
from dl4py.network.graph import Graph, scored_outputs
from dl4py.network.parameters import Parameters
from dl4py.network.update import emit_constraints, emit_direction, emit_penalty_scores, emit_update
from dl4py.plan import Array, Emitter, Plan

Optional = Sequence[np.ndarray | None]
Batch = tuple[Sequence[np.ndarray], Sequence[np.ndarray], Optional, Optional]
"""Features, labels, feature masks, label masks."""


@dataclass
class Bound:
    """A plan with the buffers that a step fills and reads."""

    plan: Plan
    feds: tuple[Fed, ...]
    answers: dict[str, tuple[Array, tuple[int, ...] | None]]
    version: int = -1
    buffers: tuple[np.ndarray, ...] = ()

    def fill(self, arrays: Sequence[np.ndarray]) -> None:
        """Copies what a step is fed."""
        for buffer, array in zip(self.buffers, arrays, strict=True):
            np.copyto(buffer, array)

    def answer(self, name: str) -> np.ndarray:
        """The output of a vertex in DL4J's layout, a copy."""
        array, axes = self.answers[name]
        y = self.plan.numbers(array)
        return np.array(y if axes is None else y.transpose(axes), order="C")


@dataclass
class Plans:
    """Compiles plans when they are asked for, and binds them to the network's vectors.

    `memory` has a vector per space; `carry` of it is the state that recurrent layers keep between runs.
    """

    graph: Graph
    parameters: Parameters
    memory: dict[str, np.ndarray]
    rates: list[Any] = field(default_factory=list)
    seconds: float = 0.0  # that making and binding plans took
    _version: int = 0
    _plans: dict[Any, Bound] = field(default_factory=dict)

    def ready(self, mode: str, batch: Batch) -> Bound:
        """The bound plan of a mode and batch.

        Modes are ``fit``, ``gradient``, ``direction`` (what the updater makes of it), ``constrain``, ``score`` (as in
        training), ``judge`` (as in inference), ``output``, ``all`` (every vertex is kept), and one of them behind
        ``steps:`` or ``segments:`` where recurrent state is carried.
        """
        x, y, masks, label_masks = batch
        key = (mode, *map(np.shape, x), *map(np.shape, y), *map(_shape, masks), *map(_shape, label_masks))
        bound = self._plans.get(key)
        if bound is None or bound.version != self._version:
            start = perf_counter()
            bound = bound or self._plans.setdefault(key, self._compile(mode, batch))
            if bound.version != self._version:
                self._bind(bound)
            self.seconds += perf_counter() - start
        return bound

    def quirks(self, mode: str, batch: Batch) -> dict[int, tuple[str, ...]]:
        """DL4J's quirks that matter to a mode and batch, by number, with the vertices where."""
        return _met(self._emitted(mode, batch)[1].e)

    def room(self, mode: str, batch: Batch) -> int:
        """Bytes of workspace that a mode and batch need; no machine code is made."""
        return self._compile(mode, batch).plan.layout.total

    def forget_state(self, carrying: str) -> None:
        """Recurrent state becomes 0."""
        for space, values in self.memory.items():
            if space.startswith(f"carry/{carrying}/"):
                values[:] = 0.0

    def state(self, carrying: str) -> dict[str, np.ndarray]:
        """Recurrent state by ``vertex/name``, flat vectors."""
        start = f"carry/{carrying}/"
        return {space.removeprefix(start): a for space, a in self.memory.items() if space.startswith(start)}

    def _compile(self, mode: str, batch: Batch) -> Bound:
        return self._keep(*self._emitted(mode, batch))

    def _emitted(self, mode: str, batch: Batch) -> tuple[Graph, Pass, str, tuple[Fed, ...]]:
        """The calls of a mode and batch; nothing is held for them yet."""
        carrying, _, mode = mode.rpartition(":")
        graph = self.graph.fed(input_shapes(self.graph, batch[0]))
        run, feds = self._fed(graph, mode, batch)
        run.e.carrying = carrying or None
        if mode == "constrain":
            run.e.phase = "update"
            emit_constraints(self.parameters, run.e)
            return graph, run, mode, feds
        emit_forward(graph, self.parameters, run, scored=bool(batch[1]))
        if mode not in ("output", "all"):
            penalties = Array((1,), space="score", precision="float64", offset=1, name="penalties")
            emit_penalty_scores(self.parameters, run.e, penalties)
        if mode in ("gradient", "direction", "fit"):
            run.e.phase = "backward"
            emit_backward(graph, self.parameters, run)
            run.e.phase = "update"
        if mode == "direction":
            emit_direction(graph, self.parameters, run.e)
        if mode == "fit":
            emit_update(graph, self.parameters, run.e)
        return graph, run, mode, feds

    def _fed(self, graph: Graph, mode: str, batch: Batch) -> tuple[Pass, tuple[Fed, ...]]:
        x, y, masks, label_masks = batch
        size = x[0].shape[0]
        inputs = [fed_input(s, a.shape) for s, a in zip(_known(graph), x, strict=True)]
        over_inputs = [
            None if m is None else fed_mask(name, shape, a.shape, np.shape(m))
            for name, shape, a, m in zip(graph.inputs, _known(graph), x, _listed(masks, len(x)), strict=True)
        ]
        nodes = scored_outputs(graph) if y else ()
        if len(y) != len(nodes):
            raise ShapeError(f"the network has {len(nodes)} outputs, found {len(y)} arrays of labels")
        labels = [fed_labels(n, node_batch(graph, n.name, size), a.shape) for n, a in zip(nodes, y, strict=True)]
        over_labels = [
            None if m is None else fed_label_mask(n, fed, a.shape, np.shape(m))
            for n, fed, a, m in zip(nodes, labels, y, _listed(label_masks, len(y)), strict=True)
        ]
        training = mode not in ("output", "all", "judge")
        e = Emitter(size, training=training, seed=graph.config.seed, compatibility=graph.compatibility)
        e.mini_batch, e.chain = graph.config.mini_batch, graph.config.chain
        run = Pass(e, _arrays(inputs), _arrays(over_inputs), _arrays(labels), _arrays(over_labels))
        return run, tuple(fed for fed in (*inputs, *labels, *over_inputs, *over_labels) if fed is not None)

    def _keep(self, graph: Graph, run: Pass, mode: str, feds: tuple[Fed, ...]) -> Bound:
        """Makes room for a plan: the clock holds the rates of every plan, in one numbering."""
        training = mode not in ("output", "all")
        names = [node.name for node in graph.nodes] if mode == "all" else () if training else graph.outputs
        answers = {}
        for name in names:
            shape = graph.node(name).shape
            assert shape is not None
            run.values[name].root.kept = True
            answers[name] = (run.values[name], outward(shape))
        config = graph.config
        share = (config.training_workspace_mode if training else config.inference_workspace_mode) != "none"
        plan = Plan(run.e.calls, config.precision, share=share)
        plan.quirks = _met(run.e)
        self._number_rates(run.e)
        self._carry(plan)
        if plan.layout.total > self.memory["arena"].nbytes:
            self.memory["arena"] = _aligned(plan.layout.total)
            self._version += 1
        return Bound(plan, feds, answers)

    def _carry(self, plan: Plan) -> None:
        """Room for the recurrent state of as many examples as the plan has; that of another number is lost."""
        for array in {id(a.root): a.root for call in plan.calls for a in call.arrays}.values():
            if array.space.startswith("carry/"):
                held = self.memory.get(array.space)
                if held is None or held.size != array.size:
                    self.memory[array.space] = np.zeros(array.size, self.graph.config.precision)
                    self._version += 1

    def _number_rates(self, e: Emitter) -> None:
        clock = self.memory["clock"]
        places = {}
        for i, rate in enumerate(e.rates):
            places[2 + i] = len(clock)
            clock = np.append(clock, rate if isinstance(rate, float) else 0.0)
            if not isinstance(rate, float):
                self.rates.append((len(clock) - 1, rate))
        for array in {id(a.root): a.root for call in e.calls for a in call.arrays}.values():
            if array.space == "clock" and array.offset >= 2:
                array.offset = places[array.offset]
        if e.rates:
            self.memory["clock"] = clock
            self._version += 1

    def _bind(self, bound: Bound) -> None:
        self._carry(bound.plan)
        bound.plan.bind(self.memory)
        bound.buffers = tuple(fed.seen(bound.plan.numbers(fed.array)) for fed in bound.feds)
        bound.version = self._version


def _met(e: Emitter) -> dict[int, tuple[str, ...]]:
    """Quirks that were asked for, by number, with the vertices that asked."""
    return {number: tuple(e.asked[number]) for number in sorted(e.asked)}


def given(batch: Batch) -> list[np.ndarray]:
    """The arrays of a batch in the order of a plan's buffers."""
    x, y, masks, label_masks = batch
    return [np.asarray(a) for a in (*x, *y, *masks, *label_masks) if a is not None]


def _known(graph: Graph) -> list[Any]:
    return list(graph.shapes)


def _arrays(feds: Sequence[Fed | None]) -> tuple[Any, ...]:
    return tuple(None if fed is None else fed.array for fed in feds)


def _listed(masks: Optional, count: int) -> Optional:
    if masks and len(masks) != count:
        raise ShapeError(f"there are {count} arrays to mask, found {len(masks)} masks")
    return masks or [None] * count


def _shape(mask: np.ndarray | None) -> tuple[int, ...] | None:
    return None if mask is None else np.shape(mask)


def _aligned(size: int) -> np.ndarray:
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size]
