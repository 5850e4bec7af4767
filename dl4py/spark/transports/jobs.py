"""Transport `spark`: a job for each round; state goes out as a broadcast, numbers come back over a tree."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from dl4py.errors import ClusterError
from dl4py.network.network import Network
from dl4py.spark.dealing import Hand
from dl4py.spark.objects import Object
from dl4py.spark.outcome import Outcome, Report, fan
from dl4py.spark.sources import Source
from dl4py.spark.state import State
from dl4py.spark.stats import Stats
from dl4py.spark.transports.watch import Watch
from dl4py.spark.worker import READY, RECEIVED, WHOLE, Clock, Training

Hands = Sequence[Hand]
Stopping = Callable[[], bool]


@dataclass
class Jobs:
    """Rounds as Spark jobs on `context`; a round that Spark gives up is made again, `retries` times at most."""

    context: Any
    source: Source
    training: Training
    depth: int
    retries: int
    stats: Stats
    limit: float
    _watch: Watch | None = None

    def rounds(self, network: Network, rounds: Sequence[Hands], stopping: Stopping) -> Iterator[tuple[Report, bool]]:
        """Trains rounds; after each, what it reports, and whether the network's numbers are those after it."""
        self._watch = self._watch or Watch(self.context, self.limit)
        for hands in rounds:
            if stopping():
                return
            yield self._insisting(network, hands), True

    def close(self) -> None:
        """Only the watch stays between rounds."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def _insisting(self, network: Network, hands: Hands) -> Report:
        for attempt in range(self.retries + 1):
            try:
                return self._round(network, hands)
            except Exception as error:
                if self._watch is not None and self._watch.error is not None:
                    raise self._watch.error from error
                if not from_spark(error) or gone(error) or attempt == self.retries:
                    raise
                warnings.warn(
                    f"Spark gave the round after iteration {network.iteration} up ({cause(str(error))}); it is made "
                    "again from the state before it",
                    stacklevel=2,
                )
        raise AssertionError

    def _round(self, network: Network, hands: Hands) -> Report:
        """One averaging: parameters out, batches trained, means back."""
        with self.stats.phase("BroadcastCreate"):
            start = self.context.broadcast(self._start(network))
        try:
            with self.stats.phase("Fit"):
                total = self._total(start, network.epoch, hands)
        finally:
            start.destroy()
        for failure in total.failures[:1]:
            failure.raised()
        with self.stats.phase("ProcessParamsUpdater"):
            vector = total.vector / total.report.weight if len(hands) > 1 else total.vector
            size = network.params.size
            network.params[:] = vector[:size]
            if self.training.updater_state:
                network.updater_state[:] = vector[size:]
            network.iteration += total.report.iterations
        return total.report

    def _start(self, network: Network) -> State:
        state = State.of(network)
        return (
            state
            if self.training.updater_state
            else replace(state, updater_state=network.parameters.first_state(network.graph))
        )

    def _total(self, start: Any, epoch: int, hands: Hands) -> Outcome:
        with self.stats.phase("MapPartitions"):
            parts = self._parts(start, epoch, hands)
        with self.stats.phase("Aggregate"):
            found = sorted(parts.collect(), key=lambda part: part[0])
            return reduce(Outcome.plus, [outcome for _, outcome in found])

    def _parts(self, start: Any, epoch: int, hands: Hands) -> Any:
        """An RDD of what workers make of their hands, added up but for the last level of the tree."""
        training, many, width = self.training, len(hands) > 1, fan(len(hands), self.depth)

        def train(item: tuple[int, Sequence[Object]]) -> tuple[int, Outcome]:
            clock = Clock(training.stats)
            with clock.phase(WHOLE):
                with clock.phase(RECEIVED):
                    state = start.value
                with clock.phase(READY):
                    network = state.network()
                outcome = training.outcome(network, item[1], item[0], state, clock=clock)
            outcome = replace(outcome, report=replace(outcome.report, phases=tuple(clock.phases)))
            return item[0], outcome.scaled() if many else outcome

        parts = self.source.parts(self.context, epoch, hands).map(train)
        count = len(hands)
        for _ in range(self.depth - 1):
            if count <= width:
                break
            count = -(-count // width)
            keyed = parts.map(lambda part: (part[0] // width, part))
            parts = keyed.partitionBy(count, int).mapPartitions(_merged)
        return parts


def _merged(parts: Iterable[tuple[int, tuple[int, Outcome]]]) -> Iterator[tuple[int, Outcome]]:
    """Neighbours added up from left to right, whatever the order in which they arrive."""
    found = sorted(parts, key=lambda part: part[1][0])
    yield found[0][0], reduce(Outcome.plus, [outcome for _, (_, outcome) in found])


def from_spark(error: Exception) -> bool:
    """Whether an exception comes out of Spark itself, or out of a connection to its Java process."""
    return type(error).__module__.startswith(("py4j", "pyspark")) or gone(error)


def gone(error: Exception) -> bool:
    """Whether Spark's Java process has ended: PySpark meets a closed socket in many places."""
    if type(error).__name__ == "Py4JNetworkError":
        return True
    stack = error.__traceback__
    while stack is not None and stack.tb_next is not None:
        stack = stack.tb_next
    where = stack.tb_frame.f_globals.get("__name__", "") if stack is not None else ""
    return isinstance(error, OSError | EOFError) and where.startswith(("py4j", "pyspark", "socket"))


def cause(text: str) -> str:
    """The line of Spark's message that says what happened."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    own = [line for line in lines if "Error" in line.split(":")[0] and not line.startswith(("at ", "org.", "py4j"))]
    lost = [line for line in lines if "ExecutorLost" in line or "crashed" in line or "exited" in line]
    return (own or lost or lines or ["no message"])[-1 if own else 0][:300]


def as_cluster_error(error: Exception) -> ClusterError:
    """Spark's failure in one line."""
    if gone(error):
        return ClusterError(
            "Spark's Java process ended", hint="its log says why; `--resume RUN` goes on from the last round"
        )
    return ClusterError(f"a Spark job failed: {cause(str(error))}", hint="`--traceback` shows the whole log")


@contextmanager
def spark_errors() -> Iterator[None]:
    """What Spark raises inside leaves as `ClusterError`."""
    try:
        yield
    except Exception as error:
        if from_spark(error):
            raise as_cluster_error(error) from error
        raise
