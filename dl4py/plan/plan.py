"""`Plan`: binds views once, runs the list of calls again and again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from itertools import pairwise
from time import perf_counter

import numpy as np

from dl4py.kernels.jit import Kernel
from dl4py.plan import threads
from dl4py.plan.array import Array
from dl4py.plan.emitter import Call
from dl4py.plan.program import Blocks, Parts, Program
from dl4py.plan.sweep import Swept, groups, place, swept
from dl4py.plan.workspace import Layout, assign


class Plan:
    """Calls with their memory.

    `precision` is ``float32`` or ``float64``; with `share` false every arena array has memory of its own, and
    the results
    are the same bit for bit.
    """

    def __init__(self, calls: list[Call], precision: str, *, share: bool = True) -> None:
        self.calls, self.precision = calls, precision
        self.layout: Layout = assign(calls, precision, share=share)
        self.steps: list[Parts] = []
        self._program, self._single = Program([]), list[Program]()
        self._groups: list[list[int]] = []  # numbers of calls that are made together
        self.quirks: dict[int, tuple[str, ...]] = {}  # of DL4J's, by number, with the vertices where they matter
        self._offsets = {id(place.array): place.offset for place in self.layout.places}
        self._memory: Mapping[str, np.ndarray] = {}
        self._own: dict[int, np.ndarray] = {}
        self._products = False  # whether BLAS would use threads of its own

    def bind(self, memory: Mapping[str, np.ndarray]) -> None:
        """Makes views of `memory` (a vector per space, the arena in bytes) and machine code for them."""
        self._memory = memory
        self._products = False
        self.steps = [self._step(call) for call in self.calls]
        self._groups = list(groups(self.calls))
        self._program = Program([self._together(group) for group in self._groups])
        self._single.clear()

    def run(self) -> None:
        """Runs all calls in order."""
        if self._products:
            with threads.blas_alone():
                self._program.run()
        else:
            self._program.run()

    def timed(self) -> Iterator[tuple[int, float, float]]:
        """Runs all calls in order; gives each one's number and the seconds on the clock before and after it."""
        self._single = self._single or [Program([self._together(group)]) for group in self._groups]
        with threads.blas_alone() if self._products else nullcontext():
            for group, program in zip(self._groups, self._single, strict=True):
                before = perf_counter()
                program.run()
                share = (perf_counter() - before) / len(group)  # the calls of a sweep are not apart in time
                for i in group:
                    yield i, before, before + share
                    before += share

    def _together(self, group: list[int]) -> Parts | Blocks:
        if len(group) == 1:
            return self.steps[group[0]]
        calls = [self.calls[i] for i in group]
        size = max(call.arrays[0].size for call in calls) * np.dtype(self.precision).itemsize
        return swept([self._swept(call) for call in calls], threads.shares(size))

    def _swept(self, call: Call) -> Swept:
        from dl4py.kernels.fused import Piece

        return Swept(
            Piece.of(call.kernel, tuple(map(self.numbers, call.arrays)), call.constants), *(place(call) or (0, 0))
        )

    def numbers(self, array: Array) -> np.ndarray:
        """The bound memory of a symbol."""
        root = self._root(array.root)
        return array.view(root) if array.view else root

    def bytes(self, root: Array) -> int:
        """Bytes of a whole array."""
        return root.size * np.dtype(self.precision if root.precision == "net" else root.precision).itemsize

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

    def _step(self, call: Call) -> Parts:
        arrays = tuple(self.numbers(array) for array in call.arrays)
        bound = [call.kernel.bind(part, call.constants + more) for part, more in _parts(call.kernel, arrays)]
        self._products |= any(function in (np.dot, np.matmul) and _is_large(*args[:2]) for function, args in bound)
        return bound


def _is_large(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether BLAS would give the product to threads of its own."""
    return a.size * b.shape[-1] > 1 << 18


def _parts(kernel: Kernel, arrays: tuple[np.ndarray, ...]) -> list[tuple[tuple[np.ndarray, ...], tuple[int, ...]]]:
    """Arrays and more constants of the parts of a call that threads do at once, cut at fixed places."""
    if kernel.cut:
        return [(part, ()) for part in kernel.cut(arrays, threads.count())]
    if not (kernel.split or kernel.ranges):
        return [(arrays, ())]
    word = kernel.ranges or kernel.operands[0].dims[0]
    rows = kernel.size(word, arrays)
    most = threads.shares(max(a.nbytes for a in arrays) * kernel.work)
    many = min(most if kernel.split else threads.count(), most, rows)
    whole = 16 if rows >= 64 * many else 1  # lines of memory that threads would share
    edges = [rows * i // many // whole * whole for i in range(many)] + [rows]
    if kernel.ranges:
        return [(arrays, part) for part in pairwise(edges)]
    if many == 1:
        return [(arrays, ())]
    cut = [operand.dims[:1] == (word,) for operand in kernel.operands]
    return [
        (tuple(a[start:stop] if c else a for a, c in zip(arrays, cut, strict=True)), ())
        for start, stop in pairwise(edges)
    ]
