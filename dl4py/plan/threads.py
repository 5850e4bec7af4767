"""Threads for large calls: a fixed cut of the rows, so the same number of threads gives the same bits."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

LEAST_BYTES = 1 << 15  # below this a call is over before the others would meet at its end
SHARES, EACH_BYTES = 4, 1 << 18  # parts of a large call for each thread, and bytes that each of them has

_count: int | None = None
_pool: _Pool | None = None


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def count() -> int:
    """Threads in use: what `use` set, else all cores."""
    return _count or cores()


def shares(size: int) -> int:
    """Parts of a call on so many bytes; of a large one more than threads, as these may not be equally fast."""
    if count() == 1 or size < LEAST_BYTES:
        return 1
    return max(count(), min(SHARES * count(), size // EACH_BYTES))


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


def together(stages: int, run: int, failed: int, many: int, held: object) -> None:
    """Follows stages of calls (`kernels.team`) with other threads, `many` in all.

    Stages and the word for a failure are addresses; `held` holds their memory. Where another plan has the other
    threads, or they have no core just now, this one makes all calls.
    """
    follow, give, _ = _team()
    pool = _this_process() if many > 1 else None
    if pool is None or not pool.free.acquire(blocking=False):
        follow(stages, run, 0, failed)
        return
    try:
        for index, worker in enumerate(pool.workers(many - 1), 1):
            asleep = give(worker.desk, stages, run, index, failed)
            if asleep >= 0:
                worker.held.append(held)
            if asleep > 0:
                worker.awake.release()
    finally:  # others may have begun, so this one ends it, whatever comes between
        follow(stages, run, 0, failed)
        pool.free.release()


@lru_cache
def _team() -> tuple[Any, ...]:
    """Machine code of `kernels.team`: follow, give, serve."""
    from dl4py.kernels.code import routine

    return tuple(routine("team", *name) for name in (("follow", 4), ("give", 5), ("serve", 1)))


class _Worker(threading.Thread):
    def __init__(self) -> None:
        from dl4py.kernels.desk import DESK, JOBS

        super().__init__(daemon=True, name="dl4py-kernel")
        self.awake = threading.Semaphore(0)
        self.held = deque[object](maxlen=JOBS)  # memory of jobs, which it may read after others have done them
        self._words = np.zeros(DESK, np.int64)
        self.desk = self._words.ctypes.data
        self._serve = _team()[2]
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
