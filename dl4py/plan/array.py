"""`Array`: the symbol of an array in a plan: shape, precision, memory and lifetime, but no numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

View = Callable[[np.ndarray], np.ndarray]


class Array:
    """An array that a plan will have, or a view of one.

    `space` names its memory: ``arena`` (lives from first to last use), ``params``, ``gradient`` and ``state``
    (slices of
    the network's flat vectors at `offset`), ``input``, ``clock``, ``score``, ``constant``. `precision` is
    ``net`` for the
    network's own, or a NumPy type name. `gradient` is where a parameter's gradient goes.
    """

    gradient: Array

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        space: str = "arena",
        precision: str = "net",
        name: str = "",
        offset: int = 0,
        root: Array | None = None,
        view: View | None = None,
        value: np.ndarray | None = None,
        needs_gradient: bool = True,
    ) -> None:
        self.shape = shape
        self.space, self.precision, self.name, self.offset = space, precision, name, offset
        self.root = root or self
        self.view = view
        self.value = value
        self.needs_gradient = needs_gradient
        self.order = "C"  # of a parameter's values in the flat vector
        self.kept = False  # read after the plan has run

    def __repr__(self) -> str:
        return f"{self.root.name or self.space}[{' x '.join(map(str, self.shape))}]"

    @property
    def rows(self) -> int:
        """Size of the first dimension."""
        return self.shape[0]

    @property
    def columns(self) -> int:
        """Size of the second dimension."""
        return self.shape[1]

    @property
    def size(self) -> int:
        """Number of values."""
        return prod(self.shape)

    def _see(self, shape: tuple[int, ...], view: View) -> Array:
        outer = self.view
        chained: View = (lambda a: view(outer(a))) if outer else view
        seen = Array(shape, space=self.space, precision=self.precision, root=self.root, view=chained)
        seen.needs_gradient = self.needs_gradient
        return seen

    @property
    def T(self) -> Array:
        """Transposed matrix."""
        return self._see(self.shape[::-1], np.transpose)

    def transposed(self, *axes: int) -> Array:
        """The same values with axes in another order."""
        return self._see(tuple(self.shape[i] for i in axes), lambda a: a.transpose(axes))

    @property
    def flat(self) -> Array:
        """All values as one vector, in the order of the memory."""
        if self.order == "F" and self.size == self.root.size:
            return self.root
        return self.reshape(self.size)

    def reshape(self, *shape: int) -> Array:
        """The same values in another shape, last index fastest."""
        assert prod(shape) == self.size, (self.shape, shape)
        return self._see(shape, lambda a: _same_memory(a, shape))

    def part(self, start: int, stop: int, axis: int = 0) -> Array:
        """Indices from `start` up to `stop` of one axis."""
        shape = (*self.shape[:axis], stop - start, *self.shape[axis + 1 :])
        where: tuple[Any, ...] = (slice(None),) * axis + (slice(start, stop),)
        return self._see(shape, lambda a: a[where])

    def ordered(self, shape: tuple[int, ...], order: str) -> Array:
        """A vector read as an array in column-major (``f``) or row-major (``c``) order."""
        seen = self._see(shape, lambda a: a.reshape(shape, order=order.upper()))  # type: ignore[call-overload]
        seen.order = order.upper()
        return seen


def _same_memory(a: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    seen = a.reshape(shape)
    assert seen.size == 0 or np.shares_memory(seen, a), "reshape of a view that is not contiguous"
    return seen
