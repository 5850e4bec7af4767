"""Arrays that come in: shapes found and checked, and the way from DL4J's layout into the plan's.

A plan's buffer is shown in the layout of the array that is given, so that filling it is one copy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dl4py.errors import ShapeError
from dl4py.network.graph import Graph, Node
from dl4py.plan import Array
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent, Shape

View = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Fed:
    """A buffer of a plan, and how it looks to the array that fills it."""

    array: Array
    seen: View


def as_list(values: Sequence[Any]) -> list[np.ndarray]:
    """Arrays given one by one, or as one list."""
    if len(values) == 1 and isinstance(values[0], list | tuple):
        values = values[0]
    return [np.asarray(value) for value in values]


def input_shapes(graph: Graph, x: Sequence[np.ndarray]) -> list[Shape]:
    """The shapes of the inputs: as declared, checked against the arrays, else as the arrays have them."""
    if len(x) != len(graph.inputs):
        raise ShapeError(f"the network has {len(graph.inputs)} inputs, found {len(x)} arrays")
    found = [
        _found(graph, name, declared or _guess(graph, name, array.shape), array.shape)
        for name, declared, array in zip(graph.inputs, graph.shapes, x, strict=True)
    ]
    if len({array.shape[0] for array in x}) > 1:
        raise ShapeError(f"inputs of one batch differ in length: {', '.join(str(a.shape[0]) for a in x)} examples")
    if x[0].shape[0] == 0:
        raise ShapeError("a batch needs at least one example")
    return found


def check_asked(graph: Graph, x: Sequence[np.ndarray]) -> None:
    """Refuses arrays that a network cannot answer to; it is not to be changed for them, so no key of it is named."""
    try:
        input_shapes(graph, x)
    except ShapeError as error:
        error.at = error.hint = None
        raise


def _found(graph: Graph, name: str, declared: Shape, size: tuple[int, ...]) -> Shape:
    if isinstance(declared, Recurrent):
        if declared.size == 1 and len(size) == 2:
            return replace(declared, time=size[1])
        if len(size) == 3 and size[1 if declared.format == "NCW" else 2] == declared.size:
            return replace(declared, time=size[2 if declared.format == "NCW" else 1])
    elif size[1:] == declared.array:
        return declared
    want = " x ".join(["batch", *(str(n) if n else "any" for n in declared.array)])
    raise ShapeError(
        f"the input `{name}` takes arrays of {want}, found {' x '.join(map(str, size))}",
        at=graph.config.mark("input" if graph.config.chain else "inputs"),
        hint=_fitting("size", declared, size),
    )


def _fitting(key: str, declared: Shape, size: tuple[int, ...]) -> str | None:
    """What would take arrays of that size, where only a width is another."""
    flat, last = isinstance(declared, FeedForward), isinstance(declared, Recurrent) and declared.format == "NWC"
    if not (flat or isinstance(declared, Recurrent)) or len(size) != (2 if flat else 3):
        return None
    return f"`{key}: {size[2 if last else 1]}` takes them"


LAYOUTS = ("cnn2d_data_format", "cnn2d_format", "rnn_data_format", "data_format", "format")


def _guess(graph: Graph, name: str, size: tuple[int, ...]) -> Shape:
    """The shape of an array where the network does not say it; its readers may tell the order of its axes."""
    readers = [node.preprocessor or node.thing for node in graph.nodes if name in node.inputs]
    said = [getattr(reader, key, None) for reader in readers for key in LAYOUTS]
    last = any(layout in ("nwc", "nhwc", "ndhwc") for layout in said)
    if len(size) == 2:
        return FeedForward(size[1])
    if len(size) not in (3, 4, 5):
        raise ShapeError(f"the input `{name}` takes arrays with 2 to 5 dimensions, found {len(size)}")
    channels, space = (size[-1], size[1:-1]) if last else (size[1], size[2:])
    if len(size) == 3:
        return Recurrent(channels, space[0], "NWC" if last else "NCW")
    if len(size) == 4:
        return Convolutional(channels, space[0], space[1], "NHWC" if last else "NCHW")
    return Convolutional3D(channels, space[0], space[1], space[2], "NDHWC" if last else "NCDHW")


def outward(shape: Shape) -> tuple[int, ...] | None:
    """The order of a plan's axes that gives DL4J's layout; None where both are the same."""
    inside = shape.inside
    return None if inside == tuple(range(len(inside))) else tuple(int(i) for i in np.argsort(inside))


def fed_input(shape: Shape, size: tuple[int, ...], name: str = "input") -> Fed:
    """The buffer of an array of that size."""
    axes = outward(shape)
    if isinstance(shape, Recurrent) and len(size) == 2:
        return Fed(_symbol((size[1], size[0], 1), name), lambda a: a[:, :, 0].T)
    if axes is None:
        return Fed(_symbol(size, name), lambda a: a)
    return Fed(_symbol(tuple(size[i] for i in shape.inside), name), lambda a: a.transpose(axes))


def fed_mask(name: str, shape: Shape, x: tuple[int, ...], size: tuple[int, ...]) -> Fed:
    """The buffer of an input's mask: `[time, batch]`, `[rows, 1]`, or `[batch, (depth,) height, width, 1]`."""
    batch = x[0]
    if isinstance(shape, Recurrent):
        time = shape.time or 1
        if size in ((batch, time), (batch, 1, time)):
            return Fed(_symbol((time, batch), "mask"), lambda a: a.T.reshape(size))
        raise ShapeError(f"the mask of the input `{name}` is {batch} x {time} (batch x time), found {_by(size)}")
    if size in ((batch,), (batch, 1)):
        ones = (1,) * (len(shape.array) - 1)
        return Fed(_symbol((batch, *ones, 1), "mask"), lambda a: a.reshape(size))
    if isinstance(shape, Convolutional | Convolutional3D):
        space = tuple(x[i] for i in shape.inside[1:-1])
        fits = len(size) == len(x) and size[0] == batch and size[1] == 1
        if fits and all(n in (1, full) for n, full in zip(size[2:], space, strict=True)):
            return Fed(_symbol((batch, *size[2:], 1), "mask"), lambda a: a.reshape(size))
        raise ShapeError(
            f"the mask of the input `{name}` is {batch} x 1, or {_by((batch, 1, *space))} where any of the last may be "
            f"1, found {_by(size)}"
        )
    raise ShapeError(f"the mask of the input `{name}` is {batch} x 1, found {_by(size)}")


def fed_labels(node: Node, rows: int, size: tuple[int, ...]) -> Fed:
    """The buffer of an output's labels."""
    shape = label_shape(node)
    want = (rows * (getattr(node.shape, "steps", 1) or 1), *shape.array)
    if size != want:
        sized = "n_out" in type(node.thing).model_fields and size[:1] == want[:1]
        raise ShapeError(
            f"the output `{node.name}` takes labels of {_by(want)}, found {_by(size)}",
            at=node.thing.mark("n_out"),
            hint=_fitting("n_out", shape, size) if sized else None,
        )
    return fed_input(shape, size, "labels")


def fed_label_mask(node: Node, labels: Fed, y: tuple[int, ...], size: tuple[int, ...]) -> Fed:
    """The buffer of a label mask: as the labels inside, its last axis 1 or that of the labels."""
    shape = label_shape(node)
    inside = labels.array.shape
    narrow = (*inside[:-1], 1)
    batch = y[0]
    if size == y and size not in ((batch, 1), (batch,)):
        return fed_input(shape, size, "mask")
    if isinstance(shape, Recurrent):
        time = inside[0]
        if size in ((batch, time), (batch, 1, time), (batch, time, 1)):
            return Fed(_symbol(narrow, "mask"), lambda a: a[:, :, 0].T.reshape(size))
    elif size in ((batch,), (batch, 1)):
        spread = tuple(range(1, len(inside)))
        return Fed(_symbol(narrow, "mask"), lambda a: a.transpose(*spread, 0) if len(size) == 1 else _columns(a))
    elif len(size) == len(y) and size[0] == batch and size[1] == 1:
        space = inside[1:-1]
        if all(n in (1, full) for n, full in zip(size[2:], space, strict=True)):
            return Fed(_symbol(narrow, "mask"), lambda a: np.moveaxis(a, -1, 1))
    want = [(batch, inside[0]) if isinstance(shape, Recurrent) else (batch, 1), y]
    raise ShapeError(
        f"the label mask of `{node.name}` is {' or '.join(map(_by, want))}, found {_by(size)}",
    )


def _columns(a: np.ndarray) -> np.ndarray:
    """`[batch, ..., 1]` as `[..., batch, 1]`, so that one value per example spreads."""
    return a.transpose(*range(1, a.ndim - 1), 0, a.ndim - 1)


def label_shape(node: Node) -> Shape:
    """The shape of one example's labels."""
    assert node.shape is not None
    return node.thing.labels_shape(node.shape)  # type: ignore[union-attr]


def node_batch(graph: Graph, name: str, batch: int) -> int:
    """Examples that a vertex gives for a batch: stack and unstack change their number."""
    rows = dict.fromkeys(graph.inputs, batch)
    for node in graph.nodes:
        factor = getattr(node.thing, "rows", None)
        rows[node.name] = factor([rows[i] for i in node.inputs]) if factor else rows[node.inputs[0]]
    return rows[name]


def _symbol(size: tuple[int, ...], name: str) -> Array:
    return Array(size, space="input", name=name, needs_gradient=False)


def _by(size: Sequence[int]) -> str:
    return " x ".join(map(str, size))
