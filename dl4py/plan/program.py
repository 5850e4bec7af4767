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
"""What threads do at once for one call: the first part is the first thread's."""
Blocks = list[list[tuple[int, np.ndarray]]]
"""What threads do at once for several calls: doors with blocks for each thread."""
BARRIER, END = (0, 0), (-1, 0)


@dataclass
class Stretch:
    """Calls of compiled kernels, one after another: a list for each thread, and one of all.

    Threads meet before a call of several parts, where one thread alone did something before, and behind it.
    """

    lists: list[list[tuple[int, int]]] = field(default_factory=lambda: [[]])
    alone: list[tuple[int, int]] = field(default_factory=list)
    made: dict[int, Part] = field(default_factory=dict)  # by the address of the block
    _ahead: bool = False  # whether the first thread may be ahead of the others
    _apart: bool = False  # whether all may be apart
    _words: list[np.ndarray] = field(default_factory=list)  # what addresses point at

    def add(self, parts: Parts) -> None:
        """The next call."""
        from dl4py.kernels import entry

        blocks = [entry.block(*part) for part in parts]
        self.made.update((words.ctypes.data, part) for (_, words), part in zip(blocks, parts, strict=True))
        self.add_blocks([[block] for block in blocks])

    def add_blocks(self, blocks: Blocks) -> None:
        """The next calls."""
        while len(self.lists) < len(blocks):  # who joins late has met at all the barriers before
            self.lists.append([call for call in self.lists[0] if call == BARRIER])
        if self._apart or (self._ahead and len(blocks) > 1):
            self._meet()
        for calls, made in zip(self.lists, blocks, strict=False):
            calls += [(door, words.ctypes.data) for door, words in made]
            self.alone += calls[len(calls) - len(made) :]
            self._words += [words for _, words in made]
        self._ahead, self._apart = len(blocks) == 1, len(blocks) > 1

    def _meet(self) -> None:
        for calls in self.lists:
            calls.append(BARRIER)
        self._ahead = self._apart = False

    def bound(self) -> Callable[[], None]:
        """What follows the lists."""
        from dl4py.kernels.desk import LINE

        lists = [np.array([*calls, END], np.int64) for calls in (*self.lists, self.alone)]
        *addresses, alone = [calls.ctypes.data for calls in lists]
        flags = np.zeros(LINE * len(self.lists), np.int64)
        self._words += [*lists, flags]
        place = flags.ctypes.data

        def run() -> None:
            failed = threads.together(addresses, alone, place)
            if failed:
                function, args = self.made.get(failed, (None, ()))
                if function:
                    function(*args)
                raise RuntimeError(f"{function or 'a sweep'} failed, and nobody said why")

        return run


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
