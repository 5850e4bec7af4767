"""One system's steps: `python steps.py dl4py|torch WORKLOAD [SETTINGS [THREADS]]`.

When it is warm it prints an empty object; then each line on standard input asks for a turn: steps for half a second,
whose figures come back as JSON. Wall time is what a user waits for; processor time, that of all threads together,
suffers less from others on the machine.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from networks import WORKLOADS, Workload

WARM, SECONDS = 0.5, 0.5


def dl4py_step(work: Workload, threads: int) -> Callable[[], object]:
    """A step of dl4py."""
    from dl4py import Network, NetworkConfig
    from dl4py.plan.threads import use

    use(threads)
    network = Network(NetworkConfig.model_validate(work.config))
    x, y = work.arrays()
    return (lambda: network.fit(x, y)) if work.trains else (lambda: network.output(x))


def torch_step(work: Workload, threads: int, settings: str) -> Callable[[], object]:
    """A step of PyTorch."""
    import pytorch

    return pytorch.step(work, threads, settings)


def warm(step: Callable[[], object]) -> float:
    """Steps until caches are filled; returns the score of the first."""
    begin = time.perf_counter()
    first = step()
    while time.perf_counter() - begin < WARM:
        step()
    return first if isinstance(first, float) else 0.0


def turn(step: Callable[[], object], rounds: int) -> dict[str, float]:
    """Milliseconds of a step over runs of `rounds` steps, wall (median, best) and processor time; peak bytes."""
    walls, processors = [], []
    begin = time.perf_counter()
    while not walls or time.perf_counter() - begin < SECONDS:
        start, used = time.perf_counter(), time.process_time()
        for _ in range(rounds):
            step()
        walls.append((time.perf_counter() - start) / rounds * 1e3)
        processors.append((time.process_time() - used) / rounds * 1e3)
    best, processor = min(walls), min(processors)
    return {"median": statistics.median(walls), "best": best, "processor": processor, "bytes": float(_peak())}


def _peak() -> int:
    """The largest resident size, counted from this program's start: `ru_maxrss` would begin with the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(1024 * int(line.split()[1]) for line in status.read_text().splitlines() if line[:6] == "VmHWM:")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    system, name, *more = sys.argv[1:]
    settings = more[0] if more else ""
    work, threads = WORKLOADS[name], int(more[1]) if more[1:] else len(os.sched_getaffinity(0))
    made = dl4py_step(work, threads) if system == "dl4py" else torch_step(work, threads, settings)
    first = warm(made)
    print("{}", flush=True)  # ready
    for _ in sys.stdin:
        print(json.dumps(turn(made, work.rounds) | {"first": first}), flush=True)
