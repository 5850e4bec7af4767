"""`Plan`: binds views once, runs the list of calls again and again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dl4py.plan import threads
from dl4py.plan.array import Array
from dl4py.plan.emitter import Call
from dl4py.plan.workspace import Layout, assign

Step = tuple[Callable[..., Any], tuple[Any, ...]]


class Plan:
    """Calls with their memory.

    `precision` is ``float32`` or ``float64``; with `share` false every arena array has memory of its own, and
    the results
    are the same bit for bit.
    """

    def __init__(self, calls: list[Call], precision: str, *, share: bool = True) -> None:
        self.calls, self.precision = calls, precision
        self.layout: Layout = assign(calls, precision, share=share)
        self.steps: list[Step] = []
        self._offsets = {id(place.array): place.offset for place in self.layout.places}
        self._memory: Mapping[str, np.ndarray] = {}
        self._own: dict[int, np.ndarray] = {}

    def bind(self, memory: Mapping[str, np.ndarray]) -> None:
        """Makes views of `memory` (a vector per space, the arena in bytes) and machine code for them."""
        self._memory = memory
        self.steps = [self._step(call) for call in self.calls]

    def run(self) -> None:
        """Runs all calls in order."""
        for function, args in self.steps:
            function(*args)

    def numbers(self, array: Array) -> np.ndarray:
        """The bound memory of a symbol."""
        root = self._root(array.root)
        return array.view(root) if array.view else root

    def _root(self, root: Array) -> np.ndarray:
        kind = np.dtype(self.precision if root.precision == "net" else root.precision)
        if root.space == "arena":
            start = self._offsets[id(root)]
            length = root.size * kind.itemsize
            return self._memory["arena"][start : start + length].view(kind).reshape(root.shape)
        if root.space in ("input", "constant"):
            if id(root) not in self._own:
                value = np.zeros(root.shape, kind) if root.value is None else root.value.astype(kind)
                self._own[id(root)] = value
            return self._own[id(root)]
        return self._memory[root.space][root.offset : root.offset + root.size].reshape(root.shape)

    def _step(self, call: Call) -> Step:
        arrays = tuple(self.numbers(array) for array in call.arrays)
        parts = self._cuts(call, arrays)
        if len(parts) == 1:
            return call.kernel.bind(arrays, call.constants)
        bound = [call.kernel.bind(part, call.constants) for part in parts]
        return threads.split(bound[0][0], [args for _, args in bound]), ()

    def _cuts(self, call: Call, arrays: tuple[np.ndarray, ...]) -> list[tuple[np.ndarray, ...]]:
        if not call.kernel.split or threads.count() == 1 or max(a.nbytes for a in arrays) < threads.LEAST_BYTES:
            return [arrays]
        word = call.kernel.operands[0].dims[0]
        cut = [operand.dims[:1] == (word,) for operand in call.kernel.operands]
        rows = arrays[0].shape[0]
        parts = min(threads.count(), rows)
        edges = [rows * i // parts for i in range(parts + 1)]
        return [
            tuple(a[edges[i] : edges[i + 1]] if c else a for a, c in zip(arrays, cut, strict=True))
            for i in range(parts)
        ]
