"""What Python workers need beside the Java process of their executor, and what there is."""

from __future__ import annotations

import re
import sys
from typing import Any

from dl4py.errors import ClusterError, ShapeError
from dl4py.network.network import Network
from dl4py.network.quirks import step_of
from dl4py.spark.probe import Node

MIB = 1 << 20
BASE_BYTES = 160 * MIB  # a Python worker with numpy, pyspark and dl4py
COMPILER_BYTES = 80 * MIB  # numba, in the one worker of a machine that compiles what is not yet in the cache folder


def needed(network: Network, batch_size: int, keys: Any) -> int:
    """Bytes of one Python worker of a training master, from the plan of its step."""
    try:
        mode, batch = step_of(network.graph, "fit", batch_size, 1)
        arena = network.plans.room(mode, batch)
    except ShapeError:
        arena = 0  # what the network is fed is known when the first batch comes
    return worker_bytes(network, arena, keys.transport, getattr(keys, "save_updater", True))


def worker_bytes(network: Network, arena: int, transport: str, save_updater: bool) -> int:
    """The process, the network's vectors and arena, and the copies of what travels."""
    params, state = network.params.nbytes, network.updater_state.nbytes
    own = 2 * params + state + arena  # parameters and gradient
    vector = params + state if save_updater else params
    if transport == "direct":
        return BASE_BYTES + own + params + state  # the state that it started from
    doubles = 8 // network.params.itemsize * vector
    return BASE_BYTES + own + params + state + vector + doubles + doubles  # as it travels


def check_memory(context: Any, nodes: tuple[Node, ...], worker: int, workers: int | None) -> str:
    """Compares what the Python workers of an executor need with what its container, or its node, has.

    `worker` is the bytes of one, `workers` their number, that of all places when None.
    """
    conf = context.getConf()
    most = workers or sys.maxsize
    tasks = min(-(-places_of(context) // len(nodes)), most)
    need = worker * tasks + COMPILER_BYTES
    hint = f"--conf spark.executor.memoryOverhead={-(-need // MIB)}m"
    if context.master.startswith(("yarn", "k8s")):
        have = overhead(conf, context.master)
        if need > have:
            raise ClusterError(
                f"the Python workers of an executor need {need / MIB:.0f} MiB ({tasks} at {worker / MIB:.0f} MiB, and "
                f"{COMPILER_BYTES // MIB} MiB for the one that compiles), "
                f"spark.executor.memoryOverhead gives {have / MIB:.0f} MiB: the cluster would kill the executor",
                hint=hint,
            )
    for node in nodes:
        here = sum(other.host == node.host for other in nodes)
        at_once = worker * min(tasks * here, most) + COMPILER_BYTES
        if at_once > node.memory:
            raise ClusterError(
                f"the Python workers on {node.host} need {at_once / MIB:.0f} MiB, {node.memory / MIB:.0f} MiB are left",
                hint="fewer `spark.executor.cores`, or a smaller `batch_size`",
            )
    return f"Python workers need {need / MIB:.0f} MiB of each executor ({hint})"


def places_of(context: Any) -> int:
    """Tasks that run at once on all executors."""
    return max(1, int(context.defaultParallelism) // int(context.getConf().get("spark.task.cpus", "1")))


def overhead(conf: Any, master: str) -> int:
    """Bytes that an executor's container has beside the heap of its Java process: Spark's own rule."""
    given = conf.get("spark.executor.memoryOverhead", None)
    if given is not None:
        return size(given)
    factor = conf.get("spark.executor.memoryOverheadFactor", None)
    if factor is None:
        factor = conf.get("spark.kubernetes.memoryOverheadFactor", "0.4") if master.startswith("k8s") else "0.1"
    least = size(conf.get("spark.executor.minMemoryOverhead", "384m"))
    return max(least, int(size(conf.get("spark.executor.memory", "1g")) * float(factor)))


def size(text: str) -> int:
    """Bytes of Spark's `512m`, `2g`; a bare number is MiB."""
    found = re.fullmatch(r"(\d+)([kmgt]?)b?", text.strip().lower())
    assert found is not None, text  # Spark itself would not have started with it
    unit = {"k": 1 << 10, "": MIB, "m": MIB, "g": 1 << 30, "t": 1 << 40}[found[2]]
    return int(found[1]) * unit
