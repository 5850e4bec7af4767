"""Where DL4J's quirks matter to a network, and the blank batch that a step is looked at with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from dl4py.errors import DL4PyError, ShapeError
from dl4py.initializers.base import INITIALIZERS
from dl4py.network.feed import label_shape, node_batch
from dl4py.network.graph import Graph, Node, scored_outputs
from dl4py.network.parameters import lay_out
from dl4py.network.plans import Batch, Plans
from dl4py.plan.parameter import named
from dl4py.schedules.base import SCHEDULES
from dl4py.shapes import Recurrent, Shape
from dl4py.spec import Thing

WIDE = ("lecun_uniform", "var_scaling_uniform_fan_in", "var_scaling_uniform_fan_out", "var_scaling_uniform_fan_avg")
TIME = 4  # steps of a sequence that is only looked at


def met(graph: Graph) -> dict[int, tuple[str, ...]]:
    """Numbers of the quirks that training and answering meet, with the vertices where; nothing is computed."""
    found = _asked(graph, "output") | _asked(graph, "fit") | _beside(graph)
    return dict(sorted(found.items()))


def met_under_masks(graph: Graph) -> dict[int, tuple[str, ...]]:
    """The quirks that come with masks of features and labels."""
    bare = met(graph)
    try:
        masked = _asked(graph, "fit", masked=True)
    except DL4PyError:  # a layer that takes no mask
        return {}
    return {number: where for number, where in sorted(masked.items()) if number not in bare}


def _asked(graph: Graph, mode: str, *, masked: bool = False) -> dict[int, tuple[str, ...]]:
    memory: dict[str, np.ndarray] = {"arena": np.zeros(0, np.uint8), "clock": np.zeros(2)}
    mode, (x, y, *_) = step_of(graph, mode, 2, TIME)
    masks = [_ones(a) for a in x] if masked else []
    label_masks = [_ones(a) for a in y] if masked else []
    return Plans(graph, lay_out(graph), memory).quirks(mode, (x, y, masks, label_masks))


def _ones(a: np.ndarray) -> np.ndarray:
    """A mask of all steps of sequences, of all examples of anything else."""
    steps = a.shape[2] if a.ndim == 3 else 1
    return np.broadcast_to(np.ones(1, a.dtype), (a.shape[0], steps))


def _beside(graph: Graph) -> dict[int, tuple[str, ...]]:
    """Quirks that no kernel call asks for: they are in first values, rates, defaults and solvers."""
    config = graph.config
    found: dict[int, list[str]] = {}
    for node in graph.nodes:
        for thing in _parts(node.thing):
            if thing.kind is SCHEDULES and thing.type == "poly":
                found.setdefault(1, []).append(node.name)
            if thing.kind is INITIALIZERS and thing.type in WIDE and node.params:
                found.setdefault(2, []).append(node.name)
        if named(node.params, "summary") != node.params:
            found.setdefault(53, []).append(node.name)
    if config.defaults is not None and "weight_decay" in config.defaults.model_fields_set:
        found[25] = ["defaults"]
    if config.optimization_algo in ("conjugate_gradient", "lbfgs"):
        found[29] = ["update"]
    if config.optimization_algo != "stochastic_gradient_descent":
        astray = [node.name for node in graph.nodes if listed_otherwise(node)]
        found |= {66: astray} if astray else {}
    if vertices_alone(graph):
        found[62] = [node.name for node in graph.nodes if node.params]
    return {number: tuple(dict.fromkeys(where)) for number, where in found.items()}


def listed_otherwise(node: Node) -> bool:
    """Whether DL4J lists the gradient of a vertex in another order than it lies."""
    return named(node.params, "variables") != node.params or any(param.scattered for param in node.params)


def vertices_alone(graph: Graph) -> bool:
    """Whether vertices have parameters, and no layer has."""
    trained = [node for node in graph.nodes if node.params]
    return bool(trained) and not any(node.layer for node in trained)


def _parts(thing: Thing) -> Iterator[Thing]:
    yield thing
    for name in type(thing).model_fields:
        value = getattr(thing, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Thing):
                yield from _parts(part)


def step_of(graph: Graph, mode: str, size: int, time: int) -> tuple[str, Batch]:
    """The mode that a network really runs, and a batch of zeros for it; `time` steps where sequences vary."""
    shapes = [shape for shape in graph.shapes if shape is not None]
    if len(shapes) != len(graph.inputs):
        raise ShapeError("the network does not say what it is fed", hint="add `input:` to the network")
    kind = graph.config.precision
    blank = np.zeros(1, kind)  # seen as arrays of any size
    x = [np.broadcast_to(blank, (size, *_timed(shape, time).array)) for shape in shapes]
    if mode == "output":
        return mode, (x, [], (), ())
    fed = graph.fed([_timed(shape, time) for shape in shapes])
    y = []
    for node in scored_outputs(fed):
        rows = node_batch(fed, node.name, size) * (getattr(node.shape, "steps", 1) or 1)
        y.append(np.broadcast_to(blank, (rows, *_timed(label_shape(node), time).array)))
    segments = graph.config.backprop_type != "standard" and any(a.ndim == 3 for a in x)
    return f"segments:{mode}" if segments and mode == "fit" else mode, (x, y, (), ())


def _timed(shape: Shape, time: int) -> Shape:
    return replace(shape, time=shape.time or time) if isinstance(shape, Recurrent) else shape
