"""Layers of which this worker holds some columns; what all columns make is exchanged inside the step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import numpy as np

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.kernels.jit import native
from dl4py.layers.base import FeedForwardLayer, LossLayerPart, scored
from dl4py.layers.dense import affine
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Channel
from dl4py.spec import Count, Flag, key

_meshes: list[Mesh] = []


def meet(mesh: Mesh) -> None:
    """From now on the columns of other workers are found there."""
    _meshes[:] = [mesh]


def stretch(columns: int, worker: int, workers: int) -> slice:
    """The columns of a worker."""
    return slice(columns * worker // workers, columns * (worker + 1) // workers)


class Columns(FeedForwardLayer):
    """Columns `start` to `stop` of a dense layer: ``y_k = activation(x W_k + b_k)``, ``y = [y_1 ... y_n]``.

    Backward ``dx = sum_k dz_k W_k^T``, of which a worker gets all columns, or only those that it holds of the layer
    `below`.
    """

    type: ClassVar[str] = "dense"

    start: Count = key("First column.")
    stop: Count = key("Behind the last column.")
    has_bias: Flag = key("Add a bias row.", default=True)
    below: Flag = key("The layer below is cut as well.", default=False)

    def params(self) -> list[Param]:
        return params_of(self)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        z, affine_backward = affine(e, x, p)
        part, activation_backward = self.activation.emit(e, z)
        y = e.array(x.rows, self.n_out, name="y")
        e(gather, part, y)

        def backward(dy: Array) -> Array | None:
            dz = activation_backward(own(e, dy, self.start, self.stop))
            assert dz is not None
            return summed(e, affine_backward(dz), self.below)

        return y, backward


class OutputColumns(FeedForwardLayer, LossLayerPart):
    """Columns `start` to `stop` of an output layer: ``z = [x W_1 + b_1 ...]``, of which every worker takes the loss."""

    type: ClassVar[str] = "output"

    activation: Activation = key("Function of the pre-output.", default="softmax")
    start: Count = key("First column.")
    stop: Count = key("Behind the last column.")
    has_bias: Flag = key("Add a bias row.", default=True)
    below: Flag = key("The layer below is cut as well.", default=False)

    def params(self) -> list[Param]:
        return params_of(self)

    def emit_scored(
        self, e: Emitter, x: Array, p: Params, labels: Array, mask: Array | None
    ) -> tuple[Array, Callable[[Array | None], Array | None]]:
        part, affine_backward = affine(e, x, p)
        z = e.array(x.rows, self.n_out, name="z")
        e(gather, part, z)
        y, to_pre_output = scored(e, z, self.activation, self.loss, labels, mask)

        def backward(dy: Array | None) -> Array | None:
            dz = own(e, to_pre_output(dy), self.start, self.stop)
            return summed(e, affine_backward(dz), self.below)

        return y, backward


def params_of(layer: Columns | OutputColumns) -> list[Param]:
    """``W [n_in, stop - start]`` and ``b``; their values come from the driver."""
    assert layer.n_in is not None
    many = layer.stop - layer.start
    weights = Param("W", (layer.n_in, many), "f", "weight", 0.0)
    return [weights, Param.bias("b", (many,))] if layer.has_bias else [weights]


def own(e: Emitter, whole: Array, start: int, stop: int) -> Array:
    """A copy of the worker's columns."""
    part = e.array(whole.rows, stop - start, name="own")
    e(k.move.copy, whole.part(start, stop, axis=1), part)
    return part


def summed(e: Emitter, part: Array | None, below: bool) -> Array | None:
    """The sum of everyone's part of a gradient."""
    if part is None:
        return None
    dx = e.like(part, "dx")
    e(reduce_scatter if below else reduce, part, dx)
    return dx


@native("b m -> b n")
def gather(part: Any, whole: Any) -> Any:
    """``whole = [part_1 ... part_n]``."""
    return _gather, (part, whole)


@native("b n -> b n")
def reduce_scatter(part: Any, whole: Any) -> Any:
    """``whole = sum of parts`` in the worker's own columns, 0 elsewhere."""
    return _reduce_scatter, (part, whole)


@native("b n -> b n")
def reduce(part: Any, whole: Any) -> Any:
    """``whole = sum of parts``, the same bits with every worker."""
    return _reduce, (part, whole)


def _gather(part: np.ndarray, whole: np.ndarray) -> None:
    (mesh,) = _meshes
    for other in mesh.channels:
        mesh.posted(other, partial(Channel.send_numbers, numbers=part))
    whole[:, stretch(whole.shape[1], mesh.rank, mesh.count)] = part
    for other, channel in sorted(mesh.channels.items()):
        columns = stretch(whole.shape[1], other, mesh.count)
        found = np.empty((len(whole), columns.stop - columns.start), whole.dtype)
        channel.receive_numbers(found.reshape(-1))
        whole[:, columns] = found
    mesh.sent()


def _reduce_scatter(part: np.ndarray, whole: np.ndarray) -> None:
    (mesh,) = _meshes
    for other in mesh.channels:
        numbers = np.ascontiguousarray(part[:, stretch(part.shape[1], other, mesh.count)])
        mesh.posted(other, partial(Channel.send_numbers, numbers=numbers))
    mine = stretch(part.shape[1], mesh.rank, mesh.count)
    whole[:] = 0.0
    for worker in range(mesh.count):
        found: np.ndarray = part[:, mine]
        if worker != mesh.rank:
            found = np.empty((len(part), mine.stop - mine.start), part.dtype)
            mesh.channels[worker].receive_numbers(found.reshape(-1))
        whole[:, mine] += found
    mesh.sent()


def _reduce(part: np.ndarray, whole: np.ndarray) -> None:
    _reduce_scatter(part, whole)
    (mesh,) = _meshes
    _gather(whole[:, stretch(whole.shape[1], mesh.rank, mesh.count)].copy(), whole)
