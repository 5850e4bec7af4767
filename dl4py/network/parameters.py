"""One flat vector: where each parameter and each updater state lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dl4py.network.graph import Graph, Node
from dl4py.network.memory import vector
from dl4py.plan import Array, Param, Params
from dl4py.plan.parameter import named
from dl4py.updaters import Updater

PART = 1 << 20  # values that are drawn at once


@dataclass(frozen=True)
class Slot:
    """A parameter's place in the flat vector."""

    node: Node
    param: Param
    offset: int

    @property
    def stop(self) -> int:
        """Where the next parameter starts."""
        return self.offset + self.param.size

    def flat(self, space: str) -> Array:
        """The parameter's numbers in the vector of that space, as they lie."""
        return Array((self.param.size,), space=space, offset=self.offset, name=f"{self.node.name}.{self.param.name}")


@dataclass(frozen=True)
class Block:
    """Neighbouring parameters that share an updater; its state arrays follow each other at `state_offset`."""

    updater: Updater
    slots: tuple[Slot, ...]
    state_offset: int

    @property
    def offset(self) -> int:
        """Where the block starts in the flat vector."""
        return self.slots[0].offset

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.slots[-1].stop - self.offset

    @property
    def state_size(self) -> int:
        """Number of state values."""
        return self.size * len(self.updater.state)

    def flat(self, space: str) -> Array:
        """The block's numbers in the vector of that space."""
        return Array((self.size,), space=space, offset=self.offset, name=f"{self.slots[0].node.name}..")

    def state(self) -> Params:
        """The state arrays by name."""
        return Params(
            {
                name: Array((self.size,), space="state", offset=self.state_offset + i * self.size, name=name)
                for i, name in enumerate(self.updater.state)
            }
        )


@dataclass(frozen=True)
class Parameters:
    """The layout of a network's flat vectors."""

    slots: tuple[Slot, ...]
    updated: tuple[Slot, ...]  # as the updater sees them: DL4J takes some for their neighbours (quirk 53)
    blocks: tuple[Block, ...]

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.slots[-1].stop if self.slots else 0

    @property
    def state_size(self) -> int:
        """Number of updater state values."""
        return sum(block.state_size for block in self.blocks)

    def of(self, node: Node) -> list[Slot]:
        """The slots of one node."""
        return [slot for slot in self.slots if slot.node.name == node.name]

    def arrays(self, node: Node) -> Params:
        """The parameter arrays of one node, each with its gradient."""
        arrays = Params()
        for slot in self.of(node):
            param = slot.param
            array = slot.flat("params").ordered(param.shape, param.order)
            array.gradient = slot.flat("gradient").ordered(param.shape, param.order)
            arrays[param.name] = array
        return arrays

    def first_values(self, graph: Graph) -> np.ndarray:
        """Fresh parameters, drawn in double in the order of the flat vector from the network's seed."""
        generator = np.random.Generator(np.random.Philox(graph.config.seed))
        values = vector(self.size, graph.config.precision, mapped=graph.config.mmap)
        for slot in self.slots:
            _fill_first(values[slot.offset : slot.stop], slot, generator, graph)
        return values

    def first_state(self, graph: Graph) -> np.ndarray:
        """Fresh updater state."""
        state = vector(self.state_size, graph.config.precision, mapped=graph.config.mmap)
        for block in self.blocks:
            for i, name in enumerate(block.updater.state):
                first = block.updater.first_state(name)
                start = block.state_offset + i * block.size
                if first:  # zeros stay untouched: their pages need no memory before the first step
                    state[start : start + block.size] = first
        return state


def lay_out(graph: Graph) -> Parameters:
    """The layout of a graph's parameters, in DL4J's order."""
    slots = []
    offset = 0
    for node in graph.nodes:
        for param in node.params:
            slots.append(Slot(node, param, offset))
            offset += param.size
    updated = _as_named(graph, slots) if graph.compatibility.has(53) else slots
    return Parameters(tuple(slots), tuple(updated), tuple(blocks_of(updated)))


def _as_named(graph: Graph, slots: list[Slot]) -> list[Slot]:
    """Slots in the order of names, cut out of the flat vector as if it had that order."""
    found = []
    offset = 0
    for node in graph.nodes:
        for param in named(node.params, "summary"):
            found.append(Slot(node, param, offset))
            offset += param.size
    assert not slots or offset == slots[-1].stop
    return slots if [s.param.name for s in found] == [s.param.name for s in slots] else found


def blocks_of(slots: list[Slot]) -> list[Block]:
    """Neighbours with one updater as blocks, their state one behind the other."""
    groups: list[list[Slot]] = []
    for slot in slots:
        if groups and _together(groups[-1][-1], slot):
            groups[-1].append(slot)
        else:
            groups.append([slot])
    blocks = []
    state = 0
    for group in groups:
        block = Block(updater_of(group[0]), tuple(group), state)
        blocks.append(block)
        state += block.state_size
    return blocks


def _together(a: Slot, b: Slot) -> bool:
    if a.param.pretrain != b.param.pretrain or (a.param.pretrain and a.node.name != b.node.name):
        return False
    return updater_of(a) == updater_of(b)


def updater_of(slot: Slot) -> Updater:
    """The updater of a parameter: none for statistics and frozen parameters, biases may have their own."""
    from dl4py.updaters.no_op import NoOp

    trained = slot.node.trained
    if trained is None or slot.param.frozen or slot.param.role == "statistic":
        return NoOp()
    apart = slot.param.role == "bias" and trained.biases_apart and not slot.param.with_weights
    if apart and trained.bias_updater is not None:
        return trained.bias_updater
    return trained.updater


def _fill_first(values: np.ndarray, slot: Slot, generator: np.random.Generator, graph: Graph) -> None:
    """First values of a parameter in its place; large ones a part at a time, as they are drawn in double."""
    param = slot.param
    if param.start is not None:
        values[:] = param.start
        return
    trained = slot.node.trained
    assert trained is not None
    assert trained.weight_init is not None
    rule = param.initializer or trained.weight_init
    rows = param.shape[0] if not rule.in_rows else max(PART // max(param.size // max(param.shape[0], 1), 1), 1)
    placed = values.reshape(param.shape, order=param.order.upper())  # type: ignore[call-overload]
    for start in range(0, param.shape[0], rows):
        part = placed[start : start + rows]
        part[:] = rule.draw(generator, param.but(shape=part.shape), graph.compatibility).reshape(part.shape)
