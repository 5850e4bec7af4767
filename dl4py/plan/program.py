"""`Program`: bound calls as lists that threads follow, with Python only where a call needs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dl4py.plan import threads

Part = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function and its arguments."""
Parts = list[Part]
"""What threads do at once for one call."""
Blocks = list[list[tuple[int, np.ndarray]]]
"""What threads do at once for several calls: doors with blocks for each part."""


@dataclass
class Stretch:
    """Calls of compiled kernels, one after another: stages of parts, which threads share.

    A call of several parts is a stage; neighbouring calls of one part are one stage.
    """

    stages: list[list[list[tuple[int, int]]]] = field(default_factory=list)
    made: dict[int, Part] = field(default_factory=dict)  # by the address of the block
    _words: list[np.ndarray] = field(default_factory=list)  # what addresses point at
    _counts: list[np.ndarray] = field(default_factory=list)  # of the stages

    def add(self, parts: Parts) -> None:
        """The next call."""
        from dl4py.kernels import entry

        blocks = [entry.block(*part) for part in parts]
        self.made.update((words.ctypes.data, part) for (_, words), part in zip(blocks, parts, strict=True))
        self.add_blocks([[block] for block in blocks])

    def add_blocks(self, blocks: Blocks) -> None:
        """The next calls."""
        parts = [[(door, words.ctypes.data) for door, words in made] for made in blocks]
        self._words += [words for made in blocks for _, words in made]
        if len(parts) == 1 and self.stages and len(self.stages[-1]) == 1:
            self.stages[-1][0] += parts[0]
        else:
            self.stages.append(parts)

    def bound(self) -> Callable[[], None]:
        """What makes all calls."""
        many = min(threads.count(), max(map(len, self.stages)))
        stages = self._kept([*(self._stage(parts, many) for parts in self.stages), 0])
        failed = self._kept([0])
        flag, done, parts = self._words[-1], self._counts[0], len(self.stages[0])

        def run() -> None:
            number = done.item(0) // parts + 1  # Ctrl-C may come before a run and behind it
            threads.together(stages, number, failed, many, self._words)
            if flag.item(0):
                function, args = self.made.get(flag.item(0), (None, ()))
                flag[0] = 0
                if function:
                    function(*args)
                raise RuntimeError(f"{function or 'a sweep'} failed, and nobody said why")

        return run

    def _stage(self, parts: list[list[tuple[int, int]]], many: int) -> int:
        """The address of a stage, as `kernels.desk` says."""
        from dl4py.kernels.desk import LINE

        queues = min(many, len(parts))
        counts = self._kept([0] * LINE * (1 + queues))
        self._counts.append(self._words[-1])
        firsts = [len(parts) * i // queues for i in range(queues + 1)]
        lists = [self._kept([word for call in part for word in call] + [0]) for part in parts]
        return self._kept([counts, len(parts), queues, *firsts, *lists])

    def _kept(self, words: list[int]) -> int:
        """The address of these words."""
        self._words.append(np.array(words, np.int64))
        return self._words[-1].ctypes.data


class Program:
    """Calls in order, each of one part or of several that threads do at once; or `Blocks` of several calls."""

    def __init__(self, calls: Sequence[Parts | Blocks]) -> None:
        self._runs: list[Callable[[], None]] = []
        stretch: Stretch | None = None
        for call in calls:
            if _is_blocks(call) or _is_compiled(call):
                stretch = stretch or Stretch()
                (stretch.add_blocks if _is_blocks(call) else stretch.add)(call)  # type: ignore[arg-type]
                continue
            if stretch:
                self._runs.append(stretch.bound())
                stretch = None
            self._runs += [_python(*part) for part in call]
        if stretch:
            self._runs.append(stretch.bound())

    def run(self) -> None:
        """Makes all calls."""
        for run in self._runs:
            run()


def _is_blocks(call: Parts | Blocks) -> bool:
    return isinstance(call[0], list)


def _is_compiled(parts: Any) -> bool:
    from dl4py.kernels import entry

    return all(entry.is_entered(function) for function, _ in parts)


def _python(function: Callable[..., Any], args: tuple[Any, ...]) -> Callable[[], None]:
    def run() -> None:
        function(*args)

    return run
