"""What masters have in common whose workers train in rounds and wait for each other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any, ClassVar, Literal

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.errors import ClusterError, InvalidValue
from dl4py.network.network import Network
from dl4py.spark.course import Course
from dl4py.spark.dealing import Assignment, Dealing, Hand, Repartition, Strategy
from dl4py.spark.java_random import JavaRandom
from dl4py.spark.masters.base import Rounds, TrainingMaster
from dl4py.spark.sources import Source
from dl4py.spark.stats import Stats
from dl4py.spark.worker import Training
from dl4py.spec import Count, Flag, Names, Positive, Size, key
from dl4py.training.loop import Listener

STORAGE = (
    "DISK_ONLY", "DISK_ONLY_2", "DISK_ONLY_3", "MEMORY_ONLY", "MEMORY_ONLY_2", "MEMORY_AND_DISK", "MEMORY_AND_DISK_2",
    "OFF_HEAP",
)  # fmt: skip


class Distributed(TrainingMaster):
    """A master whose workers are handed batches in rounds."""

    solvers: ClassVar[tuple[str, ...]] = ("stochastic_gradient_descent",)
    reads_on_executors: ClassVar[bool] = False
    """Whether workers may leave between epochs, so that executors have cores to read: nothing is theirs alone."""

    workers: Size | None = key("Number of workers; Spark's default parallelism when absent.", default=None)
    batch_size_per_worker: Size | None = key(
        "Examples of a step of a worker; the training section's when absent.", default=None
    )
    worker_prefetch_num_batches: Count = key("Batches that a worker reads ahead.", default=0)
    rdd_training_approach: Literal["direct", "export"] = key(
        "`direct`: batches travel with each round. `export`: they are written to files, which workers read; DL4J's "
        "default.",
        default="direct",
    )
    export_directory: str | None = key(
        "Folder for exported batches, seen by every node; a temporary one on one machine.", default=None
    )
    reshuffle: Flag = key(
        "A new order of examples in each epoch, where the data section shuffles; otherwise files are written once and "
        "used in all epochs, as in DL4J.",
        default=True,
    )
    repartition_data: Repartition = key("When the objects of a round are moved between partitions.", default="always")
    repartition_strategy: Strategy = key("How they are moved.", default="balanced")
    assignment: Assignment = key(
        "Batches go into rounds in their order, or at random as in DL4J, whose rounds take up what does not fill one "
        "of their own.",
        default="in_order",
    )
    rng_seed: int = key("Seed of the random assignment.", default=12345)
    storage_level: str = key("Spark's storage level of batches that are kept in an RDD.", default="MEMORY_ONLY")
    collect_training_stats: Flag = key("Measure the phases of training into `spark-stats.json`.", default=False)
    training_hooks: Names = key(
        "Hooks `package.module:Class` whose `pre_update(batch, network)` and `post_update(batch, network)` workers "
        "call around each step.",
        default=(),
    )
    transport: Literal["spark", "direct"] = key(
        "`spark`: a job for each round, on any cluster. `direct`: tasks that stay in one barrier stage and exchange "
        "numbers over TCP.",
        default="spark",
    )
    retries: Count = key("Times that a round, or a stage of `direct`, is made again after Spark lost it.", default=3)
    wait_seconds: Positive = key(
        "Longest wait for another worker in transport `direct`, and for executors to take a task in transport `spark`.",
        default=600.0,
    )
    checkpoint_rounds: Size = key(
        "Rounds between two states that the driver fetches in transport `direct`; it goes on from the last after a "
        "loss. Ends of epochs are always fetched.",
        default=100,
    )

    @field_validator("storage_level")
    @classmethod
    def _known(cls, value: str) -> str:
        if value.removesuffix("_SER") not in STORAGE:  # what Python keeps is serialized anyway
            raise PydanticCustomError("storage_level", "expected one of {names}", {"names": ", ".join(STORAGE)})
        return value

    @field_validator("training_hooks")
    @classmethod
    def _modules(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if ":" not in name:
                raise PydanticCustomError("hook", "`{name}` is not of the form package.module:Class", {"name": name})
        return value

    def examples_per_batch(self, batch_size: int) -> int:
        return self.batch_size_per_worker or batch_size

    def open(self, context: Any, data: Any, stats: Stats) -> Source:
        """The source of batches that the keys ask for."""
        from dl4py.spark.opening import open_source

        return open_source(context, data, self, stats)

    def direct(self, context: Any, source: Source, program: Any, workers: int) -> Any:
        """Transport `direct` with what its tasks do."""
        from dl4py.spark.transports.direct import Direct

        return Direct(context, source, program, workers, self.retries, self.wait_seconds, self.checkpoint_rounds)

    def batches_per_round(self, batches: int, workers: int) -> int:
        """Steps of a worker in a round, of so many batches in all."""
        raise NotImplementedError

    def travels(self, context: Any, source: Source, workers: int, stats: Stats) -> Any:
        """The transport."""
        raise NotImplementedError

    def simulated(self, source: Source, workers: int, pace: Any) -> Any:
        """A transport with so many workers in one process, which counts the seconds and bytes of a cluster."""
        raise NotImplementedError

    def fit(
        self,
        context: Any,
        network: Network,
        data: Any,
        epochs: int,
        listeners: Sequence[Listener] = (),
        *,
        skip: int = 0,
        stats: Stats | None = None,
    ) -> float:
        check_algorithm(network, self.solvers)
        self.check(network)
        stats = stats or Stats(self.collect_training_stats)
        found = self.ready(context, network, getattr(data, "batch_size", 1))
        for listener in listeners:
            if isinstance(listener, Rounds):
                listener.prepared(found)
        workers = self.workers or context.defaultParallelism
        with closing(self.open(context, data, stats)) as source:
            if source.needs_executors and not self.reads_on_executors:
                raise ClusterError(
                    f"the workers of `{self.type}` stay from epoch to epoch, where executors need their cores to read",
                    at=self.mark(),
                    hint="`read_by: driver`, or the master `parameter_averaging`",
                )
            sizes = source.sizes(workers)
            with closing(self.travels(context, source, workers, stats)) as transport:
                return Course(
                    network, source, transport, lambda epoch: self.rounds_of(sizes, workers, epoch), listeners, stats
                ).run(epochs, skip)

    def ready(self, context: Any, network: Network, batch_size: int) -> list[str]:
        """Checks the executors; says what it found."""
        from dl4py.spark.launching import Machine
        from dl4py.spark.preflight import before_training

        if isinstance(context, Machine):
            return []
        return before_training(context, network, self.examples_per_batch(batch_size), self)

    def check(self, network: Network) -> None:
        """Refuses networks that this master cannot train."""

    def rounds_of(self, sizes: Sequence[int], workers: int, epoch: int) -> list[list[Hand]]:
        """The hands of an epoch's rounds; DL4J draws a new seed each time that data is fitted."""
        random = JavaRandom(self.rng_seed)
        seed = [random.long() for _ in range(epoch + 1)][-1]
        per_worker = self.batches_per_round(sum(sizes), workers)
        dealing = Dealing(workers, per_worker, self.repartition_data, self.repartition_strategy, self.assignment, seed)
        return dealing.rounds(sizes)


def check_algorithm(network: Network, solvers: Sequence[str]) -> None:
    """Refuses solvers that a master cannot share between workers."""
    algorithm = network.config.optimization_algo
    if algorithm in solvers:
        return
    if "lbfgs" in solvers:
        raise ClusterError(
            f"`optimization_algo: {algorithm}` searches along no line", hint="`optimization_algo: lbfgs`"
        )
    raise ClusterError(
        f"`optimization_algo: {algorithm}` remembers steps that workers cannot share",
        hint="`stochastic_gradient_descent`, or the master `sandblaster`",
    )


class Synchronous(Distributed):
    """A master whose numbers after a round are the mean of its workers' numbers."""

    reads_on_executors: ClassVar[bool] = True

    aggregation_depth: Size = key("Depth of the tree that adds up the parameters.", default=2)
    compression: Literal["none", "fp16"] = key(
        "What workers of transport `direct` exchange: `none` for their numbers, `fp16` for what changed since the last "
        "mean in half precision. That is half the bytes, or a quarter where `data_type` is double; each change is off "
        "by up to 2^-11 of itself, or 2^-25 of the largest of its 65,536 neighbours.",
        default="none",
    )

    @field_validator("compression")
    @classmethod
    def _for_direct(cls, value: str, info: ValidationInfo) -> str:
        if value != "none" and info.data.get("transport") != "direct":
            raise PydanticCustomError("compression", "`{value}` needs `transport: direct`", {"value": value})
        return value

    def training(self) -> Training:
        """What workers do with a hand."""
        raise NotImplementedError

    def travels(self, context: Any, source: Source, workers: int, stats: Stats) -> Any:
        if self.transport == "spark":
            from dl4py.spark.transports.jobs import Jobs

            return Jobs(
                context, source, self.training(), self.aggregation_depth, self.retries, stats, self.wait_seconds
            )
        from dl4py.spark.averaging import Averaging

        return self.direct(
            context, source, Averaging(self.training(), self.aggregation_depth, self.compression == "fp16"), workers
        )

    def simulated(self, source: Source, workers: int, pace: Any) -> Any:
        from dl4py.spark.transports.simulated import Simulated

        if self.compression != "none":
            raise InvalidValue(
                "a simulation adds numbers up as they are", at=self.mark("compression"), hint="`compression: none`"
            )
        return Simulated(source, self.training(), self.aggregation_depth, pace)
