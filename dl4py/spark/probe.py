"""What an executor says of itself before training: versions, cores, memory, cache folder, and whether it reaches the
driver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

PACKAGES = ("dl4py", "numpy", "numba")
SECONDS = 5.0  # that a connection to the driver may take


@dataclass(frozen=True)
class Node:
    """One executor, or the driver."""

    host: str
    executor: int  # the process that its Python workers come from
    machine: str
    versions: dict[str, str]  # of Python and the packages; why not, where one cannot be imported
    cores: int
    task_cores: int
    memory: int  # bytes that its node or container has left
    cache: str  # folder of compiled kernels
    problem: str = ""  # with the folder
    unreachable: str = ""  # why the driver's port is not


def teller(address: tuple[str, int] | None) -> Callable[[Iterable[int]], Iterator[dict[str, Any]]]:
    """The function of a task that tells. It travels as code, so that an executor without dl4py can answer, too."""
    packages, seconds = PACKAGES, SECONDS

    def tell(_: Iterable[int]) -> Iterator[dict[str, Any]]:
        import os
        import platform
        import socket
        import sys
        from importlib import import_module

        versions = {"Python": platform.python_version()}
        for name in packages:
            try:
                versions[name] = str(import_module(name).__version__)
            except Exception as error:
                versions[name] = f"{type(error).__name__}: {error}"

        def text(path: str) -> str:
            with open(path) as file:
                return file.read().strip()

        def left() -> int:
            """Of the machine, and of the container where it has a limit."""
            found = [os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
            try:
                lines = dict(line.split(":") for line in text("/proc/meminfo").splitlines())
                found = [int(lines["MemAvailable"].split()[0]) * 1024]
                limit = text("/sys/fs/cgroup/memory.max")
                if limit != "max":  # what files are read into is given back when it is needed
                    stat = dict(line.split() for line in text("/sys/fs/cgroup/memory.stat").splitlines())
                    found.append(int(limit) - int(text("/sys/fs/cgroup/memory.current")) + int(stat["file"]))
            except (OSError, KeyError):
                pass  # not Linux, or no limit: what was found stands
            return min(found)

        def kept() -> tuple[str, str]:
            try:
                from dl4py.kernels.jit import cache_folder

                folder = str(cache_folder())
                probe = os.path.join(folder, f".probe-{os.getpid()}")
                with open(probe, "w"):
                    pass
                os.remove(probe)
                return folder, ""
            except Exception as error:
                return "", f"{type(error).__name__}: {error}"

        unreachable = ""
        if address is not None:
            try:
                socket.create_connection(address, seconds).close()
            except OSError as error:
                unreachable = str(error)
        spark = sys.modules.get("pyspark")
        context = spark.TaskContext.get() if spark is not None else None
        affinity = getattr(os, "sched_getaffinity", None)
        folder, problem = kept()
        yield {
            "host": socket.gethostname(),
            "executor": os.getppid(),
            "machine": f"{platform.machine()} {sys.byteorder}-endian",
            "versions": versions,
            "cores": len(affinity(0)) if affinity else os.cpu_count() or 1,
            "task_cores": context.cpus() if context is not None else 1,
            "memory": left(),
            "cache": folder,
            "problem": problem,
            "unreachable": unreachable,
        }

    return tell


def tell_of(address: tuple[str, int] | None = None) -> Node:
    """What this process says."""
    return Node(**next(teller(address)(())))
