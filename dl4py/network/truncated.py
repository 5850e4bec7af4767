"""Truncated backpropagation through time: a step after each segment of the sequences, state carried on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dl4py.errors import ShapeError
from dl4py.network.feed import input_shapes, label_shape
from dl4py.network.graph import Graph, scored_outputs
from dl4py.network.plans import Batch
from dl4py.shapes import Recurrent, Shape

if TYPE_CHECKING:
    from dl4py.network.network import Network


def segments(network: Network, batch: Batch, mode: str) -> Iterator[Callable[[], float]]:
    """One iteration on each segment of `tbptt_fwd_length` steps, as calls that give the score before the step.

    Recurrent layers start from state 0 and hand their state from segment to segment. With `compatibility: exact` the
    gradient is that of a segment's last `tbptt_back_length` steps.

    Williams and Peng, "An Efficient Gradient-Based Algorithm for On-Line Training of Recurrent Network Trajectories",
    1990.
    """
    length = network.config.tbptt_fwd_length
    network.plans.forget_state("segments")
    time = _steps(network.graph, batch)
    for start in range(0, time, length):
        yield partial(_iteration, network, batch, mode, start, min(start + length, time))
    network.plans.forget_state("segments")


def _iteration(network: Network, batch: Batch, mode: str, start: int, stop: int) -> float:
    config, graph, score = network.config, network.graph, 0.0
    back = stop - start if graph.compatibility.has(15) else min(config.tbptt_back_length, stop - start)
    middle = stop - back
    if middle > start:
        score = network.run("segments:score", _cut(graph, batch, start, middle))
    score += network.run(f"segments:{mode}", _cut(graph, batch, middle, stop))
    network.iteration += 1
    return score


def first_segment(graph: Graph, batch: Batch) -> Batch:
    """The batch of a first step; raises `ShapeError` where the sequences cannot be cut."""
    return _cut(graph, batch, 0, min(_steps(graph, batch), graph.config.tbptt_fwd_length))


def _steps(graph: Graph, batch: Batch) -> int:
    x, y, _, _ = batch
    times = {a.shape[axis] for a, axis in zip(x, _axes(graph.shapes, x), strict=True) if axis}
    shapes = _label_shapes(graph, x)
    for labels, shape in zip(y, shapes, strict=True):
        if labels.ndim != 3:
            raise ShapeError(
                f"truncated backpropagation through time needs labels for every step, found labels of "
                f"{' x '.join(map(str, labels.shape))}",
                hint="use `backprop_type: standard` where a sequence has one label",
            )
        times.add(labels.shape[_time_axis(shape)])
    if len(times) > 1:
        raise ShapeError(
            f"truncated backpropagation through time needs sequences of one length, found {sorted(times)} steps"
        )
    return times.pop()


def _label_shapes(graph: Graph, x: Sequence[np.ndarray]) -> list[Shape]:
    return [label_shape(node) for node in scored_outputs(graph.fed(input_shapes(graph, x)))]


def _axes(shapes: Sequence[Shape | None], arrays: Sequence[np.ndarray]) -> Iterator[int]:
    """The axis of time of each array, 0 where it has none."""
    return (_time_axis(shape) if a.ndim == 3 else 0 for shape, a in zip(shapes, arrays, strict=True))


def _time_axis(shape: Shape | None) -> int:
    return 1 if isinstance(shape, Recurrent) and shape.format == "NWC" else 2


def _cut(graph: Graph, batch: Batch, start: int, stop: int) -> Batch:
    x, y, masks, label_masks = batch
    shapes = _label_shapes(graph, x)
    steps = slice(start, stop)
    return (
        [_part(a, axis, steps) for a, axis in zip(x, _axes(graph.shapes, x), strict=True)],
        [_part(a, axis, steps) for a, axis in zip(y, _axes(shapes, y), strict=True)],
        [m if m is None or a.ndim != 3 else _part(m, m.ndim - 1, steps) for m, a in zip(masks, x, strict=False)],
        [
            None if m is None else _part(m, _time_axis(shape) if m.ndim == 3 else 1, steps)
            for m, shape in zip(label_masks, shapes, strict=False)
        ],
    )


def _part(array: np.ndarray, axis: int, steps: slice) -> np.ndarray:
    return array[(slice(None),) * axis + (steps,)] if axis else array
