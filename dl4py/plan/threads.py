"""Threads for large calls: a fixed cut of the rows, so the same number of threads gives the same bits."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

LEAST_BYTES = 1 << 15  # below this a call is over before the others would meet at its end

_count: int | None = None
_pool: _Pool | None = None


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def count() -> int:
    """Threads in use: what `use` set, else all cores."""
    return _count or cores()


def use(threads: int) -> None:
    """Sets the threads of kernels and of BLAS together."""
    global _count
    _count = threads
    for library in _blas():
        library.set_num_threads(threads)


@contextmanager
def limited(threads: int) -> Iterator[None]:
    """`use` for the calls inside."""
    before = count()
    use(threads)
    try:
        yield
    finally:
        use(before)


@lru_cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    np.dot(np.zeros((1, 1)), np.zeros((1, 1)))  # BLAS must be loaded to be told
    return ThreadpoolController().select(user_api="blas").lib_controllers


@contextmanager
def blas_alone() -> Iterator[None]:
    """BLAS has one thread: a plan cuts its products, and BLAS's own threads would spin where ours want to work."""
    before = [(library, library.get_num_threads()) for library in _blas()]
    for library, _ in before:
        library.set_num_threads(1)
    try:
        yield
    finally:
        for library, many in before:
            library.set_num_threads(many)


def together(lists: Sequence[int], alone: int, flags: int) -> int:
    """Follows lists of calls (`kernels.team`), one for each thread; gives the block of a call that failed, else 0.

    Lists are addresses; the first one is followed by this thread, or `alone`, a list of all calls, where another plan
    has the other threads. `flags` is the address of words that belong to these lists.
    """
    follow, give, finished, _ = _team()
    many = len(lists)
    if many == 1:
        return follow(alone, flags, 0, 1)
    pool = _this_process()
    if not pool.free.acquire(blocking=False):
        return follow(alone, flags, 0, 1)
    try:
        workers = pool.workers(many - 1)
        for index, worker in enumerate(workers, 1):
            if give(worker.desk, lists[index], flags, index, many):
                worker.awake.release()
        failed = follow(lists[0], flags, 0, many)
        return max(failed, *(finished(worker.desk) for worker in workers))
    finally:
        pool.free.release()


@lru_cache
def _team() -> tuple[Any, ...]:
    """Machine code of `kernels.team`: follow, give, finished, serve."""
    from dl4py.kernels.code import routine

    return tuple(routine("team", *name) for name in (("follow", 4), ("give", 5), ("finished", 1), ("serve", 1)))


class _Worker(threading.Thread):
    def __init__(self) -> None:
        from dl4py.kernels.desk import DESK

        super().__init__(daemon=True, name="dl4py-kernel")
        self.awake = threading.Semaphore(0)
        self._words = np.zeros(DESK, np.int64)
        self.desk = self._words.ctypes.data
        self._serve = _team()[3]
        self.start()

    def run(self) -> None:
        while True:
            self._serve(self.desk)
            self.awake.acquire()


class _Pool:
    def __init__(self) -> None:
        self.process, self.free = os.getpid(), threading.Lock()
        self._workers: list[_Worker] = []

    def workers(self, many: int) -> list[_Worker]:
        while len(self._workers) < many:
            self._workers.append(_Worker())
        return self._workers[:many]


def _this_process() -> _Pool:
    """The pool of this process: a forked child has its parent's memory but not its threads."""
    global _pool
    if _pool is None or _pool.process != os.getpid():
        _pool = _Pool()
    return _pool
