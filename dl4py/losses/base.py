"""What a loss promises: a score and its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, TypeVar

import numpy as np
from pydantic import Field

from dl4py import kernels as k
from dl4py.activations.base import Activation
from dl4py.errors import ShapeError
from dl4py.kernels.jit import Kernel
from dl4py.plan import Array, Emitter
from dl4py.registry import Kind
from dl4py.spec import Numbers, Thing, key

C = TypeVar("C", bound=type)
Clip = Annotated[float, Field(strict=True, ge=0, le=0.5)]
LOSSES: Kind[Loss] = Kind("loss", package="dl4py.losses")


class Loss(Thing):
    """A penalty on the distance between outputs and labels.

    Scores are sums over examples; the network divides by the batch size. `y` and `labels` are `[batch, n]`; a mask is
    `[batch, 1]` (one value per example) or `[batch, n]` (per output).
    """

    kind: ClassVar[Kind[Any]] = LOSSES

    def labels_size(self, n_out: int) -> int:
        """Columns of the labels for `n_out` outputs."""
        return n_out

    def emit(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        """Adds the score of outputs `y` to `score` and returns ``dy``, the gradient of that sum."""
        raise NotImplementedError

    def emit_fused(
        self, e: Emitter, z: Array, activation: Activation, labels: Array, mask: Array | None, score: Array
    ) -> tuple[Array, Array] | None:
        """Activation and loss in one: returns ``(y, dz)``, or None where there is no such form."""
        return None


class WeightedLoss(Loss):
    """A loss with a weight per output."""

    weights: Numbers | None = key("A weight for each output; 1 when absent.", default=None, omit_null=True)

    def weight_row(self, e: Emitter, columns: int) -> Array:
        """The weights as a constant row."""
        if self.weights is not None and len(self.weights) != columns:
            raise ShapeError(
                f"the loss `{self.type}` has {len(self.weights)} weights for {columns} outputs",
                at=self.mark("weights"),
                hint="give one weight for each output",
            )
        return e.constant(np.ones(columns) if self.weights is None else np.array(self.weights))


class ElementLoss(WeightedLoss):
    """A loss that is a sum over elements, with a weight per output."""

    def kernel(self) -> Kernel:
        """``"b o, b o, o -> b o, b o"``: outputs, labels, weights to scores and gradients, both weighted."""
        raise NotImplementedError

    def emit(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        scores, dy = e.like(y, "scores"), e.like(y, "dy")
        e(self.kernel(), y, labels, self.weight_row(e, y.columns), scores, dy)
        return add_masked(e, scores, dy, mask, score)


class UnweightedLoss(Loss):
    """A loss that is a sum over elements."""

    def kernel(self) -> Kernel:
        """``"b o, b o -> b o, b o"``: outputs, labels to scores and gradients."""
        raise NotImplementedError

    def emit(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        scores, dy = e.like(y, "scores"), e.like(y, "dy")
        e(self.kernel(), y, labels, scores, dy)
        return add_masked(e, scores, dy, mask, score)


def per_example(loss: Loss, mask: Array | None) -> Array | None:
    """The mask, refused where it differs between the outputs of an example."""
    if mask is not None and mask.columns > 1:
        raise ShapeError(
            f"the loss `{loss.type}` looks at all outputs of an example together, so its mask has one column, "
            f"found {mask.columns}",
            at=loss.mark(),
            hint="mask whole examples, or use a loss that is a sum over outputs",
        )
    return mask


def add_masked(e: Emitter, scores: Array, dy: Array, mask: Array | None, score: Array) -> Array:
    """Masks scores and gradient, adds all scores to `score`, returns the gradient."""
    if mask is not None:
        apply_mask(e, scores, mask)
        apply_mask(e, dy, mask)
    e(k.rows.total, scores.flat, score)
    return dy


def apply_mask(e: Emitter, array: Array, mask: Array) -> None:
    """Multiplies rows by a mask `[batch, 1]`, or elements by one of the array's shape."""
    if mask.columns == 1:
        e(k.rows.mask_rows, array, mask)
    else:
        e(k.rows.mask_elements, array.flat, mask.flat)


def loss(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a loss in the table under `type`."""
    return LOSSES.register(type, java=java)
