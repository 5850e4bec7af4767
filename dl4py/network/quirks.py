"""Where DL4J's quirks matter to a network, and the blank batch that a step is looked at with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dl4py.errors import ShapeError
from dl4py.network.feed import label_shape, node_batch
from dl4py.network.graph import Graph, scored_outputs
from dl4py.network.parameters import lay_out
from dl4py.network.plans import Batch, Plans
from dl4py.shapes import Recurrent, Shape

TIME = 4  # steps of a sequence that is only looked at


def met(graph: Graph) -> dict[int, tuple[str, ...]]:
    """Numbers of the quirks that a training step asks for, with the vertices where; nothing is computed."""
    memory: dict[str, np.ndarray] = {"arena": np.zeros(0, np.uint8), "clock": np.zeros(2)}
    mode, batch = step_of(graph, "fit", 2, TIME)
    return Plans(graph, lay_out(graph), memory).quirks(mode, batch)


def step_of(graph: Graph, mode: str, size: int, time: int) -> tuple[str, Batch]:
    """The mode that a network really runs, and a batch of zeros for it; `time` steps where sequences vary."""
    shapes = [shape for shape in graph.shapes if shape is not None]
    if len(shapes) != len(graph.inputs):
        raise ShapeError("the network does not say what it is fed", hint="add `input:` to the network")
    kind = graph.config.precision
    x = [np.zeros((size, *_timed(shape, time).array), kind) for shape in shapes]
    if mode == "output":
        return mode, (x, [], (), ())
    fed = graph.fed([_timed(shape, time) for shape in shapes])
    y = []
    for node in scored_outputs(fed):
        rows = node_batch(fed, node.name, size) * (getattr(node.shape, "steps", 1) or 1)
        y.append(np.zeros((rows, *_timed(label_shape(node), time).array), kind))
    segments = graph.config.backprop_type != "standard" and any(a.ndim == 3 for a in x)
    return f"segments:{mode}" if segments and mode == "fit" else mode, (x, y, (), ())


def _timed(shape: Shape, time: int) -> Shape:
    return replace(shape, time=shape.time or time) if isinstance(shape, Recurrent) else shape
