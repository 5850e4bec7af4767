"""What a worker does: trains its batches and reports."""

from __future__ import annotations

import importlib
import math
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Literal

import numpy as np

from dl4py.data.batch import Batch
from dl4py.errors import TrainingError
from dl4py.network.network import Network
from dl4py.spark.compiling import once_a_machine
from dl4py.spark.failure import Failure
from dl4py.spark.objects import Object
from dl4py.spark.outcome import Outcome, Report, Share
from dl4py.spark.state import State

Iteration = Callable[[], float]
WeightBy = Literal["workers", "examples"]
Phase = tuple[str, str, int, float, float]
GET, MADE, WHOLE = "WorkerFlatMapDataSetGetTimesMs", "WorkerFlatMapProcessMiniBatchTimesMs", "WorkerFlatMapTotalTimeMs"
RECEIVED, READY = "ParameterAveragingWorkerBroadcastGetValueTimeMs", "ParameterAveragingWorkerInitTimeMs"
FIT = "ParameterAveragingWorkerFitTimesMs"


@dataclass
class Clock:
    """Phases of a worker under DL4J's names, kept only where they are asked for."""

    wanted: bool
    phases: list[Phase] = field(default_factory=list)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measures what stands inside."""
        if not self.wanted:
            yield
            return
        start, begun = time.time(), time.perf_counter()
        yield
        self.phases.append((name, socket.gethostname(), os.getpid(), start, time.perf_counter() - begun))


@dataclass
class Tally:
    """What a worker has done of a hand."""

    place: str = "no batch"
    score: float = 0.0
    examples: int = 0
    sent: int = 0


@dataclass(frozen=True)
class Training:
    """How a worker trains a hand of batches, and what of it goes into the mean."""

    weight: WeightBy = "workers"
    updater_state: bool = True
    prefetch: int = 0
    stats: bool = False
    hooks: tuple[str, ...] = ()

    def outcome(
        self,
        network: Network,
        objects: Sequence[Object],
        worker: int,
        start: State | None = None,
        *,
        numbers: bool = True,
        clock: Clock | None = None,
    ) -> Outcome:
        """Trains the batches in order; `numbers` are parameters and, where it is averaged, updater state.

        From `start`, the state before, the vertex of a score that is not finite can be found.
        """
        use_task_cores()
        clock, begun, since = clock or Clock(self.stats), network.iteration, time.perf_counter()
        hooks = [hook_of(name) for name in self.hooks]
        score, examples, done = 0.0, 0, 0
        try:
            for batch in _loaded(objects, self.prefetch, clock):
                with clock.phase(MADE):
                    for hook in hooks:
                        hook.pre_update(batch, network)
                    with clock.phase(FIT):
                        score = step(network, batch)
                    for hook in hooks:
                        hook.post_update(batch, network)
                examples += batch.size
                if not math.isfinite(score):
                    return Outcome.failed(_explained(start, objects[: done + 1], network, score, worker))
                done += 1
        except Exception as error:
            return Outcome.failed(Failure.of(error, worker, f"batch {objects[done].place}"))
        parts = [network.params, network.updater_state] if self.updater_state else [network.params]
        vector = np.concatenate(parts) if numbers else np.zeros(0)
        weight = float(examples) if self.weight == "examples" else 1.0
        share = Share(worker, socket.gethostname(), examples, time.perf_counter() - since)
        report = Report(score * weight, weight, examples, network.iteration - begun, tuple(clock.phases), 0, (share,))
        return Outcome(vector, report)


def step(network: Network, batch: Batch) -> float:
    """All iterations on one batch; the last score."""
    with once_a_machine(network.config):
        return network.fit(batch.features, batch.labels, batch.feature_masks or None, batch.label_masks or None)


def iterations(network: Network, batch: Batch, mode: str = "fit") -> Iterator[Iteration]:
    """The iterations on one batch, one after another: calls that give the score before the step."""
    masks = batch.feature_masks or None, batch.label_masks or None
    for iteration in network.iterations(batch.features, batch.labels, *masks, mode=mode):
        yield partial(_once_compiled, network, iteration)


def _once_compiled(network: Network, iteration: Iteration) -> float:
    with once_a_machine(network.config):
        return iteration()


def _loaded(objects: Sequence[Object], prefetch: int, clock: Clock) -> Iterator[Batch]:
    """The batches; up to `prefetch` of them are read while earlier ones are trained."""
    if not prefetch:
        for thing in objects:
            with clock.phase(GET):
                batch = thing.load()
            yield batch
        return
    with ThreadPoolExecutor(1) as reader:
        ahead = [reader.submit(thing.load) for thing in objects[:prefetch]]
        for i in range(len(objects)):
            if i + prefetch < len(objects):
                ahead.append(reader.submit(objects[i + prefetch].load))
            with clock.phase(GET):
                batch = ahead.pop(0).result()
            yield batch


def _explained(start: State | None, objects: Sequence[Object], network: Network, score: float, worker: int) -> Failure:
    """The failure of a score, with the first vertex whose answer is not finite: the steps before are made again."""
    error = TrainingError(
        f"the score is {score} at iteration {network.iteration - 1} of epoch {network.epoch}",
        hint="lower the learning rate, normalize the data, or clip gradients with `gradient_normalization`",
    )
    vertex = None
    if start is not None:
        network = start.network()
        for thing in objects[:-1]:
            step(network, thing.load())
        batch = objects[-1].load()
        answers = network.activations(*batch.features, mask=batch.feature_masks or None)
        vertex = next((name for name, y in answers.items() if not np.isfinite(y).all()), None)
    return Failure.of(error, worker, f"batch {objects[-1].place}", vertex)


@cache
def hook_of(name: str) -> Any:
    """The hook ``package.module:Class``, made once in each Python worker."""
    module, _, cls = name.partition(":")
    return getattr(importlib.import_module(module), cls)()


_cores = 0


def use_task_cores() -> None:
    """Threads of kernels and BLAS as many as the cores of a Spark task."""
    global _cores
    if _cores:
        return
    from dl4py.plan import threads

    spark = sys.modules.get("pyspark")  # a process of `train --workers` does not need it
    task = spark.TaskContext.get() if spark is not None else None
    _cores = task.cpus() if task is not None else 1
    threads.use(_cores)
