"""Parameter and updater vectors of old zips, moved to where 1.0.0-M2.1 keeps each number."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dl4py.formats.dl4j.legacy.era import Era, confs_of
from dl4py.formats.dl4j.legacy.objects import warn
from dl4py.network.graph import Graph
from dl4py.network.parameters import Block, Parameters, Slot


def without_statistics(value: dict[str, object]) -> bool:
    """Whether batch normalization keeps no running mean and variance: so it was in 0.5.0."""
    for conf in confs_of(value):
        layer, variables = conf.get("layer"), conf.get("variables")
        if isinstance(layer, dict) and "batchNormalization" in layer and variables and "mean" not in variables:
            return True
    return False


def stored_size(parameters: Parameters, bare: bool) -> int:
    """How many parameters the zip holds; `bare`: without running statistics."""
    return sum(slot.param.size for slot in parameters.slots if not (bare and slot.param.role == "statistic"))


def modern_params(stored: np.ndarray, parameters: Parameters, era: Era, bare: bool, where: str) -> np.ndarray:
    """The parameters in today's order."""
    if bare:
        warn(f"{where}: DL4J 0.5.0 kept no running mean and variance of batch normalization; 0 and 1 are taken")
        stored = _with_statistics(stored, parameters)
    if era.name != "current":
        for slot in _turned(parameters.slots):
            stored[slot.offset : slot.stop] = turned(stored[slot.offset : slot.stop], slot.param.shape)
    return stored


def modern_state(stored: np.ndarray, graph: Graph, parameters: Parameters, era: Era) -> np.ndarray:
    """The updater state in today's blocks."""
    if era.state_by_parameter:
        stored = _in_blocks(stored, graph, parameters)
    if era.name != "current":
        for block in parameters.blocks:
            for slot in _turned(block.slots):
                for start in _places(block, slot):
                    part = stored[start : start + slot.param.size]
                    stored[start : start + slot.param.size] = turned(part, slot.param.shape)
    return stored


def turned(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Weights of a 1D convolution ``[n_out, n_in, k]`` as today's ``[k, n_in, n_out]``, both row by row."""
    n_out, n_in, k = shape[:3]
    return values.reshape(n_out, n_in, k).transpose(2, 1, 0).reshape(-1)


def _turned(slots: Iterable[Slot]) -> list[Slot]:
    kinds = [(slot, slot.node.layer.type if slot.node.layer else "") for slot in slots]
    return [slot for slot, kind in kinds if kind == "convolution1d" and slot.param.name == "W"]


def _with_statistics(stored: np.ndarray, parameters: Parameters) -> np.ndarray:
    parts, at = [], 0
    for slot in parameters.slots:
        if slot.param.role == "statistic":
            parts.append(np.full(slot.param.size, slot.param.start, stored.dtype))
        else:
            parts.append(stored[at : at + slot.param.size])
            at += slot.param.size
    return np.concatenate(parts)


def _in_blocks(stored: np.ndarray, graph: Graph, parameters: Parameters) -> np.ndarray:
    """From parameter by parameter, layers in the order of the text, to blocks."""
    found = np.empty_like(stored)
    at = 0
    block_of = {id(slot): block for block in parameters.blocks for slot in block.slots}
    by_node = {name: [s for s in parameters.slots if s.node.name == name] for name in graph.written}
    for slot in (slot for slots in by_node.values() for slot in slots):
        for start in _places(block_of[id(slot)], slot):
            found[start : start + slot.param.size] = stored[at : at + slot.param.size]
            at += slot.param.size
    return found


def _places(block: Block, slot: Slot) -> list[int]:
    """Where the block's state arrays hold the parameter."""
    inside = slot.offset - block.offset
    return [block.state_offset + i * block.size + inside for i in range(len(block.updater.state))]
