"""A network whose wide layers are cut into columns: the configuration of each worker, and where its values belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.errors import ClusterError
from dl4py.layers.dense import Dense
from dl4py.layers.output import Output
from dl4py.network.config import NetworkConfig
from dl4py.network.graph import Graph, Node, build
from dl4py.network.parameters import Block, Parameters, Slot, lay_out
from dl4py.spark.columns import Columns, OutputColumns, stretch

PARALLEL = "model parallelism cuts dense and output layers"
HINT = "a larger `least_columns` leaves the layer whole, on every worker"


@dataclass(frozen=True)
class Cut:
    """Which layers of a graph are cut among so many workers."""

    graph: Graph
    layers: tuple[str, ...]
    workers: int

    def config(self, worker: int) -> NetworkConfig:
        """The network of a worker."""
        config, things = self.graph.config, [self._thing(name, worker) for name in self.graph.written]
        return config.but(layers=tuple(things)) if config.chain else config.but(vertices=tuple(things))

    def parts(self, worker: int) -> tuple[list[tuple[slice, slice]], list[tuple[slice, slice]]]:
        """Stretches of parameters and of updater state: in the whole network's vector, and in the worker's."""
        whole, own = lay_out(self.graph), lay_out(build(self.config(worker)))
        params, state = [], []
        for slot, mine in zip(whole.slots, own.slots, strict=True):
            first = 0
            if slot.node.name in self.layers:
                columns = slot.param.shape[-1]
                first = slot.param.size // columns * stretch(columns, worker, self.workers).start
            params.append(_pair(slot.offset + first, mine.offset, mine.param.size))
            there, here = _block(whole, slot), _block(own, mine)
            for i in range(len(there.updater.state)):
                at = there.state_offset + i * there.size + slot.offset - there.offset + first
                to = here.state_offset + i * here.size + mine.offset - here.offset
                state.append(_pair(at, to, mine.param.size))
        return params, state

    def _thing(self, name: str, worker: int) -> Any:
        node = self.graph.node(name)
        if name not in self.layers:
            return node.thing
        layer: Any = node.thing
        columns = stretch(layer.n_out, worker, self.workers)
        made: Any = OutputColumns if isinstance(layer, Output) else Columns
        values = {key: getattr(layer, key) for key in made.model_fields if key in type(layer).model_fields}
        below = node.preprocessor is None and node.inputs[0] in self.layers
        return made.model_construct(**values, start=columns.start, stop=columns.stop, below=below)


def cut(graph: Graph, workers: int, least_columns: int) -> Cut:
    """The cut of all layers of so many columns; raises `ClusterError` where one of them cannot be cut."""
    found = []
    for node in graph.nodes:
        width = max((param.shape[-1] for param in node.params), default=0)
        if width < max(least_columns, workers):
            continue
        if type(node.layer) not in (Dense, Output):
            raise ClusterError(f"`{node.name}` is wide and no dense layer; {PARALLEL} alone", hint=HINT)
        what = _between_columns(node)
        if what:
            raise ClusterError(f"{what} of `{node.name}` looks at all columns at once; {PARALLEL} without", hint=HINT)
        found.append(node.name)
    if not found:
        raise ClusterError(
            f"no dense or output layer has {max(least_columns, workers)} columns: there is nothing to cut",
            hint="a smaller `least_columns`, or the master `parameter_averaging`",
        )
    return Cut(graph, tuple(found), workers)


def _between_columns(node: Node) -> str | None:
    layer: Any = node.thing
    if getattr(layer, "has_layer_norm", False):
        return "`has_layer_norm`"
    if isinstance(layer, Dense) and layer.activation.type in ("softmax", "rrelu"):
        return f"`activation: {layer.activation.type}`"
    if layer.gradient_normalization not in ("none", "clip_element_wise_absolute_value"):
        return "`gradient_normalization`"
    if layer.constraints:
        return "`constraints`"
    return "`weight_noise`" if layer.weight_noise else None


def _block(parameters: Parameters, slot: Slot) -> Block:
    return next(b for b in parameters.blocks if b.offset <= slot.offset < b.offset + b.size)


def _pair(a: int, b: int, size: int) -> tuple[slice, slice]:
    return slice(a, a + size), slice(b, b + size)


def taken(vector: np.ndarray, parts: list[tuple[slice, slice]]) -> np.ndarray:
    """A worker's own values of the whole network's."""
    own = np.empty(sum(mine.stop - mine.start for _, mine in parts), vector.dtype)
    for whole, mine in parts:
        own[mine] = vector[whole]
    return own
