"""One system's steps: `python steps.py dl4py|torch WORKLOAD [THREADS]` prints figures of a step as JSON.

A process a measurement, so that neither system meets the other's threads. Wall time is what a user waits for; processor
time, that of all threads together, is told beside it, as it suffers less from others on the machine.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from networks import WORKLOADS, Workload

SECONDS = 4.0


def dl4py_step(work: Workload, threads: int) -> Callable[[], object]:
    """A step of dl4py."""
    from dl4py import Network, NetworkConfig
    from dl4py.plan.threads import use

    use(threads)
    network = Network(NetworkConfig.model_validate(work.config))
    x, classes = work.data()
    if not work.trains:
        return lambda: network.output(x)
    y = np.moveaxis(np.eye(work.labels[0], dtype=np.float32)[classes], -1, 1)
    return lambda: network.fit(x, y)


def torch_step(work: Workload, threads: int) -> Callable[[], object]:
    """A step of PyTorch."""
    import pytorch

    return pytorch.step(work, threads)


def measure(step: Callable[[], object], rounds: int) -> dict[str, float]:
    """Milliseconds of a step over runs of `rounds` steps, wall (median, best) and processor time; peak bytes."""
    for _ in range(rounds // 4 + 2):
        step()
    walls, processors = [], []
    begin = time.perf_counter()
    while len(walls) < 3 or time.perf_counter() - begin < SECONDS:
        start, used = time.perf_counter(), time.process_time()
        for _ in range(rounds):
            step()
        walls.append((time.perf_counter() - start) / rounds * 1e3)
        processors.append((time.process_time() - used) / rounds * 1e3)
    figures = {"median": statistics.median(walls), "best": min(walls), "processor": min(processors)}
    return figures | {"bytes": float(_peak())}


def _peak() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    system, name, *more = sys.argv[1:]
    work, threads = WORKLOADS[name], int(more[0]) if more else len(os.sched_getaffinity(0))
    made = (dl4py_step if system == "dl4py" else torch_step)(work, threads)
    print(json.dumps(measure(made, work.rounds)))
