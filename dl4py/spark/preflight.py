"""What is checked before anything is trained: that executors are there, are like the driver, and reach it."""

from __future__ import annotations

import re
import socket
import time
import weakref
from contextlib import closing
from typing import Any

from dl4py.errors import ClusterError
from dl4py.network.network import Network
from dl4py.spark.memory import check_memory, needed, places_of
from dl4py.spark.probe import Node, tell_of, teller

SETTLED, PATIENCE = 1.0, 60.0  # seconds without a new executor, and until the first
_seen: weakref.WeakKeyDictionary[Any, tuple[Node, ...]] = weakref.WeakKeyDictionary()


def before_training(context: Any, network: Network, batch_size: int, keys: Any) -> list[str]:
    """What a training needs, checked; raises `ClusterError` naming what cannot work, else says what was found."""
    nodes = preflight(context)
    if keys.transport == "direct":
        check_reachable(nodes)
    return [text(nodes), check_memory(context, nodes, needed(network, batch_size, keys), keys.workers)]


def preflight(context: Any) -> tuple[Node, ...]:
    """Every executor of a Spark context, asked once; raises `ClusterError` naming what cannot work."""
    if context not in _seen:
        settle(context)
        nodes = _asked(context)
        compare(tell_of(), nodes)
        _seen[context] = nodes
    return _seen[context]


def _asked(context: Any) -> tuple[Node, ...]:
    """One answer of each executor: as many tasks as there are places, so that each has some of them."""
    conf = context.getConf()
    host = conf.get("spark.driver.host")
    places = places_of(context)
    with closing(socket.create_server((conf.get("spark.driver.bindAddress", host), 0), backlog=places)) as server:
        tell = teller((host, server.getsockname()[1]))
        answers = context.parallelize(range(places), places).mapPartitions(tell).collect()
    found = [Node(**answer) for answer in answers]
    return tuple({(node.host, node.executor): node for node in found}.values())


def settle(context: Any) -> None:
    """Waits for the executors: a cluster's come one by one, and the number of workers follows from theirs."""
    master = context.master
    if re.fullmatch(r"local(\[[^]]*\])?", master):
        return
    conf = context.getConf()
    expected = int(conf.get("spark.executor.instances", "0"))
    if found := re.match(r"local-cluster\[\s*(\d+)", master):
        expected = int(found[1])
    count, since, begun = 0, time.monotonic(), time.monotonic()
    while True:
        now, seen = time.monotonic(), _executors(context)
        if seen != count:
            count, since = seen, now
        if count and (count >= expected if expected else now - since > SETTLED):
            return
        if now - begun > PATIENCE:
            if count:
                return  # the manager gives no more; they will do
            raise ClusterError(
                f"no executor came within {PATIENCE:g} s on {master}",
                hint="see the cluster's own page: a free core and `spark.executor.memory` must be there",
            )
        time.sleep(0.05)


def _executors(context: Any) -> int:
    return int(context._jsc.sc().getExecutorMemoryStatus().size()) - 1  # the driver is one of them


def compare(driver: Node, nodes: tuple[Node, ...]) -> None:
    """Refuses executors whose numbers or pickles would not be the driver's, or that cannot compile or be reached."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        for said in mistakes(driver, node):
            found.setdefault(said, []).append(node.host)
    if found:
        lines = [f"{', '.join(sorted(set(hosts)))}: {said}" for said, hosts in found.items()]
        raise ClusterError(
            "executors cannot train what the driver describes",
            note="\n   = ".join(lines),
            hint="one environment for all: `dl4py spark-pack` makes it, and PYSPARK_PYTHON names it",
        )


def mistakes(driver: Node, node: Node) -> list[str]:
    """What stands between an executor and the driver."""
    found = [
        f"{name} {node.versions[name]}, the driver has {version}"
        for name, version in driver.versions.items()
        if node.versions[name] != version
    ]
    if node.machine != driver.machine:
        found.append(f"a machine of kind {node.machine}, the driver's is {driver.machine}")
    if node.problem:
        found.append(f"no folder for compiled kernels ({node.problem}); DL4PY_CACHE names one")
    return found


def check_reachable(nodes: tuple[Node, ...]) -> None:
    """Refuses transport `direct` where an executor cannot reach the driver."""
    for node in nodes:
        if node.unreachable:
            raise ClusterError(
                f"executors on {node.host} do not reach the driver: {node.unreachable}",
                hint="open the driver's ports to them, set spark.driver.host, or choose `transport: spark`",
            )


def text(nodes: tuple[Node, ...]) -> str:
    """The executors in one line."""
    hosts = sorted({node.host for node in nodes})
    versions = ", ".join(f"{name} {version}" for name, version in nodes[0].versions.items())
    many = "1 executor" if len(nodes) == 1 else f"{len(nodes)} executors"
    return f"{many} on {', '.join(hosts[:4])}{' …' if len(hosts) > 4 else ''}; {versions}"
