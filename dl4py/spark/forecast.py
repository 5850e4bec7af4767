"""What a training on Spark will cost, before it begins: bytes, memory, time, and whether one machine is faster."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from dl4py.data.batch import Batch
from dl4py.errors import InvalidValue
from dl4py.network.network import Network
from dl4py.spark.memory import MIB, needed
from dl4py.spark.synchronous import Distributed

WORKERS = (1, 2, 4, 8, 16, 32, 64)
# An empty job, an exchange, and what a byte costs them: measured on two cores.
JOB_SECONDS, JOB_SECONDS_A_BYTE = 0.2, 4e-8
STEPS_SECONDS = 0.3  # in which the time of a step is found
EXCHANGE_SECONDS, EXCHANGE_SECONDS_A_BYTE = 1e-3, 1e-9


@dataclass(frozen=True)
class Cost:
    """One number of workers: bytes that a worker sends and receives in a round, seconds of an epoch, speed-up."""

    workers: int
    bytes_sent: int
    bytes_received: int
    rounds: int
    seconds: float
    speed_up: float


@dataclass(frozen=True)
class Forecast:
    """The costs of a training by number of workers; memory is that of one Python worker."""

    parameters: int
    updater_state: int
    step_seconds: float
    memory: int
    batch_bytes: int
    transport: str
    costs: tuple[Cost, ...]

    @property
    def best(self) -> Cost:
        """The fastest number of workers."""
        return max(self.costs, key=lambda cost: cost.speed_up)

    def advice(self) -> str:
        """What to do."""
        if self.best.speed_up <= 1.05:
            return "use local: `dl4py train` is as fast or faster"
        return f"{self.best.workers} workers are fastest: {self.best.speed_up:.1f} times one machine"

    def table(self) -> str:
        """The forecast as a person reads it."""
        lines = [
            f"parameters {self.parameters:,}, updater state {self.updater_state:,}; transport {self.transport}",
            f"a step takes {self.step_seconds * 1e3:.2f} ms on one core; a batch is {self.batch_bytes:,} bytes",
            f"a Python worker needs {self.memory / MIB:.0f} MiB: `--conf spark.executor.memoryOverhead="
            f"{round(self.memory / MIB * 1.2)}m` for each of an executor's tasks",
            "",
            f"{'workers':>7} {'rounds':>7} {'sent a round':>14} {'received':>14} {'s an epoch':>11} {'speed-up':>9}",
        ]
        lines += [
            f"{c.workers:7} {c.rounds:7} {c.bytes_sent:14,} {c.bytes_received:14,} {c.seconds:11.2f} {c.speed_up:9.2f}"
            for c in self.costs
        ]
        return "\n".join([*lines, "", self.advice()])

    def as_dict(self) -> dict[str, Any]:
        """The forecast for programs."""
        values = {name: value for name, value in vars(self).items() if name != "costs"}
        return values | {"costs": [vars(cost) for cost in self.costs], "advice": self.advice()}


def forecast(
    network: Network, batch: Batch, batches: int, keys: Distributed, workers: Sequence[int] = WORKERS
) -> Forecast:
    """Costs of epochs of so many batches like this one, for a master that averages parameters."""
    seconds = step_seconds(network, batch)
    item = network.params.itemsize
    vector = (network.params.size + (network.updater_state.size if keys.save_updater else 0)) * item  # type: ignore[attr-defined]
    sizes = [network.params.size, network.updater_state.size if keys.save_updater else 0]  # type: ignore[attr-defined]
    half, local = getattr(keys, "compression", "none") == "fp16", batches * seconds
    costs = []
    for n in workers:
        frequency = keys.batches_per_round(batches, n)
        rounds = -(-batches // (n * frequency))
        steps = sum(-(-min(n * frequency, batches - r * n * frequency) // n) for r in range(rounds))
        sent, received = (
            exchanged(sizes, n, item, half=half) if keys.transport == "direct" else by_job(network, vector, n, item)
        )
        if keys.transport == "direct":
            exchange = EXCHANGE_SECONDS + EXCHANGE_SECONDS_A_BYTE * (sent + received) if n > 1 else 0.0
        else:
            exchange = JOB_SECONDS + JOB_SECONDS_A_BYTE * (received + n * sent)
        total = steps * seconds + rounds * exchange
        costs.append(Cost(n, sent, received, rounds, total, local / total))
    return Forecast(
        network.params.size, network.updater_state.size, seconds,
        needed(network, batch.size, keys), batch_bytes(batch), keys.transport, tuple(costs),
    )  # fmt: skip


def exchanged(sizes: Sequence[int], workers: int, item: int, *, half: bool = False) -> tuple[int, int]:
    """Bytes of numbers that the busiest worker sends and receives in the mean of vectors over a mesh."""
    from dl4py.spark.transports.half import packed_bytes
    from dl4py.spark.transports.means import stretches

    def travels(place: slice) -> int:
        return packed_bytes(place.stop - place.start) if half else (place.stop - place.start) * item

    bytes_of = [sum(map(travels, places)) for places in stretches(sizes, workers)]
    most = max(sum(bytes_of) - own + own * (workers - 1) for own in bytes_of)
    return most, most


def by_job(network: Network, vector: int, workers: int, item: int) -> tuple[int, int]:
    """Bytes of numbers that a worker sends to and receives from the driver in a round that is a job."""
    sent = vector if workers == 1 else vector // item * 8
    return sent, (network.params.size + network.updater_state.size) * item


def batch_bytes(batch: Batch) -> int:
    """Bytes of a batch's arrays."""
    arrays = (*batch.features, *batch.labels, *batch.feature_masks, *batch.label_masks)
    return sum(a.nbytes for a in arrays if a is not None)


def step_seconds(network: Network, batch: Batch) -> float:
    """The time of one step on one core: the median of five and more after a first that compiles."""
    from dl4py.plan import threads
    from dl4py.spark.state import State
    from dl4py.spark.worker import step

    before = State.of(network)
    with threads.limited(1):
        step(network, batch)
        times: list[float] = []
        while len(times) < 5 or sum(times) < STEPS_SECONDS:
            start = time.perf_counter()
            step(network, batch)
            times.append(time.perf_counter() - start)
    before.into(network)
    return median(times)


def forecast_of(spec: Any, data: Any) -> Forecast:
    """The forecast for a bound spec and its opened data."""
    from dl4py.data.iterator import BatchIterator
    from dl4py.training.run import batches_of

    keys = spec.spark.master
    if not hasattr(keys, "averaging_frequency"):
        raise InvalidValue(
            f"the costs of `{keys.type}` cannot be told beforehand",
            at=keys.mark(),
            hint="`parameter_averaging` has a plan",
        )
    size = keys.examples_per_batch(spec.training.batch_size)
    batches = replace(batches_of(spec, data), batch_size=size)
    first = next(
        BatchIterator(data.train.rows(slice(0, size)), size, shuffle=False, normalizer=data.normalizer).epoch(0)
    )
    return forecast(Network(spec.network), first, len(batches), keys)
