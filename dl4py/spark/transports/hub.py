"""The driver's side of transport `direct`: tasks that stay in one barrier stage, and a channel to each."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Sequence
from typing import Any

from dl4py.spark.failure import Failure
from dl4py.spark.launching import Machine, launch_on
from dl4py.spark.outcome import Outcome
from dl4py.spark.state import State
from dl4py.spark.transports.jobs import cause
from dl4py.spark.transports.staying import Meeting
from dl4py.spark.transports.wire import Channel, Listener, Lost


class Hub:
    """Starts `workers` with `program` from `state`, or each from its own; the port is open for them alone."""

    def __init__(self, context: Any, program: Any, state: State | Sequence[State], workers: int, limit: float) -> None:
        self._limit = limit
        self._launch = launch_on(context)
        self.channels: list[Channel] = []
        host, bound = addresses(context)
        secret = secrets.token_bytes(32)
        self._listener = Listener(bound, secret, limit)
        try:
            meeting = Meeting(host, self._listener.port, secret, limit, isinstance(context, Machine))
            self._launch.start(meeting, program, workers)
            self._gather(workers, [state] * workers if isinstance(state, State) else state)
        except BaseException:
            self.close()
            raise

    def _gather(self, workers: int, states: Sequence[State]) -> None:
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
                if not self._launch.running():
                    error = self._launch.error
                    why = cause(str(error)) if error is not None else "a process died"
                    raise Lost(f"the workers ended before they began ({why})") from error
                if time.monotonic() > end:
                    raise Lost(
                        f"{len(found)} of {workers} workers came within {self._limit:g} s",
                        hint="transport `direct` needs a free core for each worker at once",
                    ) from None
        self.channels = [found[rank][0] for rank in range(workers)]
        for channel in self.channels:
            channel.send([found[rank][1] for rank in range(workers)])
        for channel, state in zip(self.channels, states, strict=True):
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
        self._launch.wait(5.0 if self.channels else 0.0)
        for channel in self.channels:
            channel.close()
        self._launch.end()


def _answer(channel: Channel) -> Any:
    try:
        return channel.receive()
    except Lost as lost:
        return lost


def addresses(context: Any) -> tuple[str, str]:
    """Where workers find the driver, and where it listens."""
    if isinstance(context, Machine):
        return "127.0.0.1", "127.0.0.1"
    host = context.getConf().get("spark.driver.host")
    return host, context.getConf().get("spark.driver.bindAddress", host)
