"""What an evaluation promises: it counts batch by batch, joins with others, and answers with figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from dl4py.errors import ShapeError, TrainingError
from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
EVALUATIONS: Kind[Judgement] = Kind("evaluation", package="dl4py.evaluation")


class Figures:
    """Counts of labels against outputs, from which all figures follow; `labels` names classes or columns."""

    loss: float = 0.0

    def __init__(self, labels: Sequence[str] = ()) -> None:
        self.labels = list(labels)

    def add(self, labels: np.ndarray, outputs: np.ndarray, mask: np.ndarray | None = None) -> None:
        """Counts a batch, `[n, columns]` or `[n, columns, ...places]`; a mask covers rows, places or single values."""
        raise NotImplementedError

    def merge(self, other: Self) -> None:
        """Adds the counts of another, as if its batches had been added here."""
        raise NotImplementedError

    def as_dict(self) -> dict[str, Any]:
        """All figures, for `--json`; None where one is undefined."""
        raise NotImplementedError

    def stats(self) -> str:
        """DL4J's text."""
        raise NotImplementedError

    def name(self, column: int) -> str:
        """The name of a class, its number where it has none."""
        return self.labels[column] if column < len(self.labels) else str(column)


class Judgement(Thing):
    """Which figures are wanted, chosen by `type:`."""

    kind: ClassVar[Kind[Any]] = EVALUATIONS

    def begin(self, labels: Sequence[str] = ()) -> Figures:
        """Empty figures for classes or columns of these names."""
        raise NotImplementedError


def evaluation(type: str, *, java: str) -> Callable[[C], C]:
    """Enters an evaluation in the table under `type`; `java` is DL4J's class of the same meaning."""
    return EVALUATIONS.register(type, java=java)


def rows(
    labels: np.ndarray, outputs: np.ndarray, mask: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Labels and outputs as `[rows, columns]` without the rows that a mask covers, and the mask of single values.

    A mask `[n]`, `[n, 1]`, `[n, ...places]` or `[n, 1, ...places]` drops rows; one of the labels' shape with several
    columns is handed back beside them.
    """
    places = outputs.shape[2:]
    if labels.ndim != outputs.ndim or labels.shape[0] != outputs.shape[0] or labels.shape[2:] != places:
        raise ShapeError(f"labels {list(labels.shape)} do not belong to outputs {list(outputs.shape)}")
    if unknown := int(np.isnan(outputs).sum()):
        raise TrainingError(
            f"the outputs hold {unknown} NaN, so there is nothing to judge", hint="a smaller learning rate may help"
        )
    y, p = flat(labels), flat(outputs)
    if mask is None:
        return y, p, None
    if mask.shape == labels.shape and labels.shape[1] > 1:
        return y, p, flat(mask)
    keep = _of_rows(mask, (outputs.shape[0], *places)).reshape(-1) > 0
    return y[keep], p[keep], None


def flat(array: np.ndarray) -> np.ndarray:
    """`[n, columns, ...places]` as `[n * places, columns]`."""
    return np.moveaxis(array, 1, -1).reshape(-1, array.shape[1])


def _of_rows(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A mask of examples or of places, spread over all places."""
    squeezed = mask[:, 0] if mask.ndim > 1 and mask.shape[1] == 1 and mask.shape != shape else mask
    if squeezed.shape not in (shape, shape[:1]):
        raise ShapeError(f"a mask {list(mask.shape)} does not cover {list(shape)}")
    return np.broadcast_to(squeezed.reshape(*squeezed.shape, *[1] * (len(shape) - squeezed.ndim)), shape)


def refuse_columns(mask: np.ndarray | None) -> None:
    """For figures that compare the columns of a row: single values cannot be left out."""
    if mask is not None:
        raise ShapeError("a mask of single values does not fit figures of whole rows", hint="use one of shape [n]")


def same_columns(found: int, expected: int) -> None:
    """Refuses batches or figures of another width."""
    if found != expected:
        raise ShapeError(f"{found} columns do not belong to figures of {expected}")


def plain(value: float) -> float | None:
    """A number for JSON, None where it is undefined or infinite."""
    return float(value) if isfinite(value) else None
