"""Parameter and updater vectors of old zips, moved to where 1.0.0-M2.1 keeps each number."""

from __future__ import annotations

from typing import Any

import numpy as np

from dl4py.formats.dl4j.legacy.era import confs_of, era_of
from dl4py.formats.dl4j.legacy.objects import warn
from dl4py.network.graph import Graph
from dl4py.network.parameters import Block, Parameters, Slot


class Vectors:
    """How the vectors of a zip lie, told by its parsed configuration; an empty one is today's.

    Before 0.9 updater state lies parameter by parameter: ``m W, v W, m b, v b``; since then block by block:
    ``m W, m b, v W, v b``. 0.5.0 kept no running statistics of batch normalization. Until beta3 weights of a 1D
    convolution were those of a 2D one, ``[n_out, n_in, k, 1]``.
    """

    def __init__(self, graph: Graph, parameters: Parameters, parsed: dict[str, Any], path: str) -> None:
        self.graph, self.parameters, self.path = graph, parameters, path
        self.era = era_of(parsed)
        self.bare = _without_statistics(parsed)

    @property
    def size(self) -> int:
        """How many parameters the zip should hold."""
        return sum(slot.param.size for slot in self.parameters.slots if not self._missing(slot))

    def params(self, stored: np.ndarray) -> np.ndarray:
        """The parameters, `[n]`, in today's order."""
        if self.bare:
            warn(
                f"{self.path}: DL4J 0.5.0 kept no running statistics of batch normalization; mean 0 and variance 1 "
                "are taken"
            )
        if self.era.name == "current" and not self.bare:
            return stored
        found, at = np.empty(self.parameters.size, stored.dtype), 0
        for slot in self.parameters.slots:
            if self._missing(slot):
                found[slot.offset : slot.stop] = slot.param.start
                continue
            found[slot.offset : slot.stop] = self._moved(slot, stored[at : at + slot.param.size])
            at += slot.param.size
        return found

    def state(self, stored: np.ndarray) -> np.ndarray:
        """The updater state, `[n]`, in today's blocks."""
        if self.era.name == "current":
            return stored
        found = np.empty_like(stored)
        for (slot, start), at in zip(self._pieces(), self._stored_at(), strict=True):
            size = slot.param.size
            found[start : start + size] = self._moved(slot, stored[at : at + size])
        return found

    def _pieces(self) -> list[tuple[Slot, int]]:
        """Each state array of each parameter with its place in today's blocks; layers in the order of the text."""
        block_of = {_name(slot): block for block in self.parameters.blocks for slot in block.slots}
        slots = [slot for name in self.graph.written for slot in self.parameters.slots if slot.node.name == name]
        return [(slot, start) for slot in slots for start in _places(block_of[_name(slot)], slot)]

    def _stored_at(self) -> list[int]:
        """Where the zip holds each piece."""
        pieces = self._pieces()
        if not self.era.state_by_parameter:
            return [start for _, start in pieces]
        return np.cumsum([0, *(slot.param.size for slot, _ in pieces)])[:-1].tolist()

    def _missing(self, slot: Slot) -> bool:
        return self.bare and slot.param.role == "statistic"

    def _moved(self, slot: Slot, values: np.ndarray) -> np.ndarray:
        layer = slot.node.layer
        if self.era.name == "current" or slot.param.name != "W" or layer is None or layer.type != "convolution1d":
            return values
        n_out, n_in = layer.n_out, layer.n_in  # type: ignore[attr-defined]
        return values.reshape(n_out, n_in, -1).transpose(2, 1, 0).reshape(-1)


def _without_statistics(parsed: dict[str, Any]) -> bool:
    """Whether batch normalization keeps no running mean and variance: so it was in 0.5.0."""
    for conf in confs_of(parsed):
        layer, variables = conf.get("layer"), conf.get("variables")
        if isinstance(layer, dict) and "batchNormalization" in layer and variables and "mean" not in variables:
            return True
    return False


def _name(slot: Slot) -> tuple[str, str]:
    return slot.node.name, slot.param.name


def _places(block: Block, slot: Slot) -> list[int]:
    """Where the block's state arrays hold the parameter."""
    inside = slot.offset - block.offset
    return [block.state_offset + i * block.size + inside for i in range(len(block.updater.state))]
