"""The driver's side of transport `direct`: tasks that stay in one barrier stage, and a channel to each."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Sequence
from typing import Any

from dl4py.errors import ClusterError
from dl4py.spark.failure import Failure
from dl4py.spark.outcome import Outcome
from dl4py.spark.state import State
from dl4py.spark.transports.staying import Meeting, stay
from dl4py.spark.transports.wire import Channel, Listener, Lost


class Hub:
    """Starts `workers` tasks with `program` from `state`; the port is open for them alone."""

    def __init__(self, context: Any, program: Any, state: State, workers: int, limit: float) -> None:
        from pyspark import InheritableThread

        check_slots(context, workers)
        self._context, self._limit = context, limit
        self._group = f"dl4py-direct-{secrets.token_hex(4)}"
        self._error: Exception | None = None
        self.channels: list[Channel] = []
        host = context.getConf().get("spark.driver.host")
        secret = secrets.token_bytes(32)
        self._listener = Listener(context.getConf().get("spark.driver.bindAddress", host), secret, limit)
        meeting = Meeting(host, self._listener.port, secret, limit)
        self._thread = InheritableThread(target=self._run, args=(meeting, program, workers), daemon=True)
        self._thread.start()
        try:
            self._gather(workers, state)
        except BaseException:
            self.close()
            raise

    def _run(self, meeting: Meeting, program: Any, workers: int) -> None:
        self._context.setJobGroup(self._group, "dl4py: workers of transport direct", interruptOnCancel=True)

        def task(numbers: Any) -> Any:
            from pyspark import BarrierTaskContext

            rank = BarrierTaskContext.get().partitionId()
            return stay(meeting, rank, program)

        try:
            self._context.parallelize(range(workers), workers).barrier().mapPartitions(task).collect()
        except Exception as error:
            self._error = error

    def _gather(self, workers: int, state: State) -> None:
        """Waits for all workers, tells them of each other, and gives them the state to start from."""
        found: dict[int, tuple[Channel, Any]] = {}
        end = time.monotonic() + self._limit
        while len(found) < workers:
            try:
                channel = self._listener.accept(0.5, "a worker")
                rank, address = channel.receive()
                channel.name = f"worker {rank}"
                found[rank] = (channel, address)
            except Lost:
                if self._error is not None or not self._thread.is_alive():
                    raise Lost(f"the workers' stage ended before it began: {self._error}") from self._error
                if time.monotonic() > end:
                    raise Lost(
                        f"{len(found)} of {workers} workers came within {self._limit:g} s",
                        hint="transport `direct` needs a free core for each worker at once",
                    ) from None
        self.channels = [found[rank][0] for rank in range(workers)]
        for channel in self.channels:
            channel.send([found[rank][1] for rank in range(workers)])
        for channel in self.channels:
            channel.send(state)

    def send(self, orders: Sequence[Any]) -> None:
        """An order for each worker."""
        for channel, order in zip(self.channels, orders, strict=True):
            channel.send(order)

    def outcomes(self) -> list[Any]:
        """An answer of each worker; raises the failure of one, or `Lost` when only connections broke."""
        answers = [_answer(channel) for channel in self.channels]
        for answer in answers:
            failures = answer.failures if isinstance(answer, Outcome) else (answer,)
            for failure in failures:
                if isinstance(failure, Failure):
                    failure.raised()
        for answer in answers:
            if isinstance(answer, Lost):
                raise answer
        return answers

    def close(self) -> None:
        """Ends the stage: workers that listen hear of it, others are cancelled."""
        for channel in self.channels:
            with contextlib.suppress(Lost):
                channel.send(None)
        self._listener.close()
        self._thread.join(5.0 if self.channels else 0.0)
        for channel in self.channels:
            channel.close()
        if self._thread.is_alive():
            self._context.cancelJobGroup(self._group)
            self._thread.join(30.0)


def _answer(channel: Channel) -> Any:
    try:
        return channel.receive()
    except Lost as lost:
        return lost


def check_slots(context: Any, workers: int) -> None:
    """Refuses more workers than there are cores, which a barrier stage would wait for in vain."""
    dynamic = context.getConf().get("spark.dynamicAllocation.enabled", "false") == "true"
    cores = context.defaultParallelism // int(context.getConf().get("spark.task.cpus", "1"))
    if workers > cores and not dynamic:
        raise ClusterError(
            f"transport `direct` runs all workers at once: {workers} workers, {cores} places on {context.master}",
            hint=f"`workers: {cores}`, or `transport: spark`",
        )
