"""Many workers in one process, on a clock of their own: threads of which one runs at a time."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.network.network import Network
from dl4py.spark.worker import Iteration, iterations

STEP = 0.01  # seconds of a step where the order of messages counts and nobody says how long one takes


@dataclass(frozen=True)
class Pace:
    """Seconds that things take: a step (give or take `spread` of it), the way of a message, the last worker's delay."""

    step: float | None = None
    spread: float = 0.1
    exchange: float = 0.0
    delay: float = 0.0

    def durations(self, worker: int, workers: int, seed: int) -> Iterator[float]:
        """Those of a worker's steps, one after another; the same on every run."""
        random = np.random.default_rng((seed, worker))
        late = self.delay if worker == workers - 1 else 0.0
        step = STEP if self.step is None else self.step
        while True:
            yield step * (1.0 + self.spread * random.uniform(-1.0, 1.0)) + late


class Ended(BaseException):
    """Thrown in workers when another has failed."""


@dataclass
class Conductor:
    """Gives the baton to the worker whose time comes first; `now` is the clock in seconds.

    Who runs goes on until it sleeps or waits, so nothing happens at the same time, and every run is the same.
    """

    now: float = 0.0
    _due: list[tuple[float, int, int]] = field(default_factory=list)  # time, order of arrival, worker
    _batons: list[threading.Semaphore] = field(default_factory=list)
    _failed: BaseException | None = None
    _asleep: int = 0
    _order: int = 0

    def run(self, bodies: Sequence[Callable[[], Any]]) -> list[Any]:
        """What each worker returns; raises the failure of one."""
        self._batons = [threading.Semaphore(0) for _ in bodies]
        results: list[Any] = [None] * len(bodies)
        threads = [
            threading.Thread(target=self._worker, args=(w, body, results), daemon=True) for w, body in enumerate(bodies)
        ]
        for worker, thread in enumerate(threads):
            thread.start()
            self.wake(worker)
        self._pass_on()
        for thread in threads:
            thread.join()
        if self._failed is not None:
            raise self._failed
        return results

    def sleep(self, worker: int, seconds: float) -> None:
        """The worker goes on after so many seconds."""
        self.wake(worker, seconds)
        self.wait(worker)

    def wait(self, worker: int) -> None:
        """The worker goes on when another wakes it."""
        self._asleep += 1
        self._pass_on()
        self._batons[worker].acquire()
        self._asleep -= 1
        if self._failed is not None:
            raise Ended

    def wake(self, worker: int, seconds: float = 0.0) -> None:
        """A worker that waits goes on after so many seconds."""
        self._order += 1
        heapq.heappush(self._due, (self.now + seconds, self._order, worker))

    def _pass_on(self) -> None:
        if not self._due and self._asleep and self._failed is None:
            self._failed = AssertionError("every worker waits for another")
        if self._failed is not None:
            for baton in self._batons:
                baton.release()
        elif self._due:
            self.now, _, worker = heapq.heappop(self._due)
            self._batons[worker].release()

    def _worker(self, worker: int, body: Callable[[], Any], results: list[Any]) -> None:
        try:
            self._batons[worker].acquire()
            if self._failed is None:
                results[worker] = body()
        except Ended:
            return
        except BaseException as error:
            self._failed = self._failed or error
        self._pass_on()


@dataclass(frozen=True)
class Paced:
    """Iterations of a worker that take a while each."""

    conductor: Conductor
    worker: int
    durations: Iterator[float]

    def __call__(self, network: Network, batch: Batch, mode: str = "fit") -> Iterator[Iteration]:
        for iteration in iterations(network, batch, mode):
            yield partial(self._after_a_while, iteration)

    def _after_a_while(self, iteration: Iteration) -> float:
        self.conductor.sleep(self.worker, next(self.durations))
        return iteration()
