"""Who runs the workers of transport `direct`: tasks of a Spark stage, or processes of this machine."""

from __future__ import annotations

import contextlib
import multiprocessing
import secrets
import time
from dataclasses import dataclass
from typing import Any, Protocol

from dl4py.errors import ClusterError
from dl4py.spark.transports.staying import Meeting, stay


class Launch(Protocol):
    """Workers that are started once, and ended once."""

    error: Exception | None

    def start(self, meeting: Meeting, program: Any, workers: int) -> None:
        """Starts so many workers, which come to the meeting."""

    def running(self) -> bool:
        """Whether they are still under way."""

    def wait(self, seconds: float) -> None:
        """Waits for their end."""

    def end(self) -> None:
        """Ends those that do not end by themselves."""


class SparkTasks:
    """The tasks of one barrier stage, in a job group of their own."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._group = f"dl4py-direct-{secrets.token_hex(4)}"
        self.error: Exception | None = None
        self._thread: Any = None
        self._ended = False

    def start(self, meeting: Meeting, program: Any, workers: int) -> None:
        """Starts the stage; more workers than cores are refused, for the stage would wait for them in vain."""
        from pyspark import InheritableThread

        conf = self._context.getConf()
        cores = self._context.defaultParallelism // int(conf.get("spark.task.cpus", "1"))
        if workers > cores and conf.get("spark.dynamicAllocation.enabled", "false") != "true":
            raise ClusterError(
                f"transport `direct` runs all workers at once: {workers} workers, {cores} places on "
                f"{self._context.master}",
                hint=f"`workers: {cores}`, or `transport: spark`",
            )
        self._thread = InheritableThread(target=self._run, args=(meeting, program, workers), daemon=True)
        self._thread.start()

    def _run(self, meeting: Meeting, program: Any, workers: int) -> None:
        self._context.setJobGroup(self._group, "dl4py: workers of transport direct", interruptOnCancel=True)

        def task(numbers: Any) -> Any:
            from pyspark import BarrierTaskContext

            return stay(meeting, BarrierTaskContext.get().partitionId(), program)

        end = time.monotonic() + meeting.limit
        while not self._ended:
            try:
                self._context.parallelize(range(workers), workers).barrier().mapPartitions(task).collect()
                return
            except Exception as error:
                if "BarrierJobSlotsNumberCheckFailed" in str(error) and time.monotonic() < end:
                    continue  # an executor that died is not replaced yet; Spark has waited for a while
                self.error = error
                return

    def running(self) -> bool:
        """Whether the stage is under way."""
        return self._thread is not None and self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Waits for its end."""
        if self._thread is not None:
            self._thread.join(seconds)

    def end(self) -> None:
        """Cancels the stage."""
        self._ended = True
        with contextlib.suppress(Exception):  # without Spark there is no stage either
            self._context.cancelJobGroup(self._group)
        self.wait(30.0)


@dataclass
class Machine:
    """This machine in the place of a Spark context: workers are processes."""

    defaultParallelism: int
    master: str = "local"


class Processes:
    """Processes of this machine, each with an interpreter of its own."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self._processes: list[Any] = []

    def start(self, meeting: Meeting, program: Any, workers: int) -> None:
        """Starts so many processes."""
        spawn = multiprocessing.get_context("spawn")
        for rank in range(workers):
            process = spawn.Process(target=_work, args=(meeting, rank, program), daemon=True)
            process.start()
            self._processes.append(process)

    def running(self) -> bool:
        """Whether all of them are under way."""
        return all(process.is_alive() for process in self._processes)

    def wait(self, seconds: float) -> None:
        """Waits for their end."""
        for process in self._processes:
            process.join(seconds)

    def end(self) -> None:
        """Ends those that are left."""
        for process in self._processes:
            process.terminate()
        self.wait(5.0)


def _work(meeting: Meeting, rank: int, program: Any) -> None:
    for _ in stay(meeting, rank, program):
        pass


def launch_on(context: Any) -> Launch:
    """Workers on a Spark context, or on this machine."""
    return Processes() if isinstance(context, Machine) else SparkTasks(context)
