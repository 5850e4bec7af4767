"""Threads for large calls: a fixed cut of the rows, so the same number of threads gives the same bits."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

LEAST_BYTES = 1 << 20  # below this a call is over before a thread would wake

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
    import numpy as np
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


def split(parts: list[tuple[Callable[..., Any], tuple[Any, ...]]]) -> Callable[[], None]:
    """A call that runs all `parts`, functions with their arguments, at once and returns when all are done."""
    (function, args), *others = parts

    def run() -> None:
        pool = _this_process(len(parts))
        for worker, part in zip(pool.workers, others, strict=False):
            worker.give(*part)
        function(*args)
        for worker, _ in zip(pool.workers, others, strict=False):
            worker.wait()

    return run


class _Worker(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True, name="dl4py-kernel")
        self.ready, self.done = threading.Semaphore(0), threading.Semaphore(0)
        self.task: tuple[Callable[..., Any], tuple[Any, ...]] | None = None
        self.start()

    def give(self, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.task = (function, args)
        self.ready.release()

    def wait(self) -> None:
        self.done.acquire()

    def run(self) -> None:
        while True:
            self.ready.acquire()
            assert self.task is not None
            function, args = self.task
            function(*args)
            self.done.release()


class _Pool:
    def __init__(self, size: int) -> None:
        self.process = os.getpid()
        self.workers = [_Worker() for _ in range(size - 1)]


def _this_process(size: int) -> _Pool:
    """The pool of this process: a forked child has its parent's memory but not its threads."""
    global _pool
    if _pool is None or _pool.process != os.getpid() or len(_pool.workers) < size - 1:
        _pool = _Pool(size)
    return _pool
