"""Work done ahead by threads: what is needed next is there when it is asked for."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


@dataclass
class Waits:
    """Seconds that was waited for what was to be there, and seconds that threads worked on it."""

    waited: float = 0.0
    worked: float = 0.0


def ahead(
    make: Callable[[A], B], places: Iterable[A], workers: int, waits: Waits | None = None
) -> Generator[B, None, None]:
    """``map(make, places)``, made by `workers` threads, so many and one more before they are asked for.

    The order is that of `places`, and so is the first error that is raised: `make` must depend on its argument alone.
    Without workers everything is made when it is asked for. Closing the iterator ends the threads.
    """
    if not workers:
        yield from map(make, places) if waits is None else _counted(map(_timed(make, waits), places), waits)
        return
    waits = waits or Waits()
    timed = _timed(make, waits)
    pool = ThreadPoolExecutor(workers, "dl4py-ahead", _step_back)
    asked: deque[Future[B]] = deque()
    left = iter(places)
    try:
        for place in left:
            asked.append(pool.submit(timed, place))
            if len(asked) > workers:
                break
        while asked:
            before = time.perf_counter()
            found = asked.popleft().result()
            waits.waited += time.perf_counter() - before
            for place in left:
                asked.append(pool.submit(timed, place))
                break
            yield found
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _timed(make: Callable[[A], B], waits: Waits) -> Callable[[A], B]:
    lock = threading.Lock()

    def timed(place: A) -> B:
        before = time.perf_counter()
        try:
            return make(place)
        finally:
            with lock:
                waits.worked += time.perf_counter() - before

    return timed


def _counted(made: Iterator[B], waits: Waits) -> Iterator[B]:
    """What is made when it is asked for is all waited for."""
    while True:
        before = time.perf_counter()
        try:
            found = next(made)
        except StopIteration:
            return
        finally:
            waits.waited += time.perf_counter() - before
        yield found


def _step_back() -> None:
    """On Linux each thread has a priority of its own: the engine goes before, where both want the same core."""
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        try:
            here = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, here, os.getpriority(os.PRIO_PROCESS, here) + 5)
        except OSError:
            return  # some containers forbid it; the threads work all the same
