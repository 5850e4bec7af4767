"""Arrays that come in: shapes found and checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dl4py.errors import ShapeError
from dl4py.network.graph import Graph, scored_outputs
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent, Shape


def as_list(values: Sequence[Any]) -> list[np.ndarray]:
    """Arrays given one by one, or as one list."""
    if len(values) == 1 and isinstance(values[0], list | tuple):
        values = values[0]
    return [np.asarray(value) for value in values]


def input_shapes(graph: Graph, x: Sequence[np.ndarray]) -> list[Shape]:
    """The shapes of the inputs: as declared, checked against the arrays, else as the arrays have them."""
    found = []
    for name, declared, array in zip(graph.inputs, graph.shapes, x, strict=True):
        shape = declared or _guess(name, array)
        if len(array.shape) != len(shape.array) + 1 or any(
            want not in (0, size) for want, size in zip(shape.array, array.shape[1:], strict=True)
        ):
            want = " x ".join(["batch", *(str(n) if n else "any" for n in shape.array)])
            raise ShapeError(
                f"the input `{name}` takes arrays of {want}, found {' x '.join(map(str, array.shape))}",
            )
        found.append(shape)
    if len({array.shape[0] for array in x}) > 1:
        raise ShapeError(f"inputs of one batch differ in length: {', '.join(str(a.shape[0]) for a in x)} examples")
    if x[0].shape[0] == 0:
        raise ShapeError("a batch needs at least one example")
    return found


def _guess(name: str, array: np.ndarray) -> Shape:
    size = array.shape
    if len(size) == 2:
        return FeedForward(size[1])
    if len(size) == 3:
        return Recurrent(size[1], size[2])
    if len(size) == 4:
        return Convolutional(size[1], size[2], size[3])
    if len(size) == 5:
        return Convolutional3D(size[1], size[2], size[3], size[4])
    raise ShapeError(f"the input `{name}` takes arrays with 2 to 5 dimensions, found {len(size)}")


def check_labels(
    graph: Graph, x: Sequence[np.ndarray], y: Sequence[np.ndarray], masks: Sequence[np.ndarray | None]
) -> None:
    """Raises `ShapeError` where labels or masks do not fit the outputs."""
    nodes = scored_outputs(graph)
    if len(y) != len(nodes):
        raise ShapeError(f"the network has {len(nodes)} outputs, found {len(y)} arrays of labels")
    for node, labels, mask in zip(nodes, y, masks, strict=True):
        assert node.shape is not None
        want = (node_batch(graph, node.name, x[0].shape[0]), *node.thing.labels_shape(node.shape))  # type: ignore[union-attr]
        if labels.shape != want:
            raise ShapeError(
                f"the output `{node.name}` takes labels of {' x '.join(map(str, want))}, "
                f"found {' x '.join(map(str, labels.shape))}",
            )
        if mask is not None and np.shape(mask) not in {(want[0],), (want[0], 1), want}:
            raise ShapeError(
                f"the label mask of `{node.name}` is {want[0]} x 1 or {' x '.join(map(str, want))}, "
                f"found {' x '.join(map(str, np.shape(mask)))}",
            )


def node_batch(graph: Graph, name: str, batch: int) -> int:
    """Rows that a vertex gives for a batch: stack and unstack change their number."""
    rows = dict.fromkeys(graph.inputs, batch)
    for node in graph.nodes:
        factor = getattr(node.thing, "rows", None)
        rows[node.name] = factor([rows[i] for i in node.inputs]) if factor else rows[node.inputs[0]]
    return rows[name]
