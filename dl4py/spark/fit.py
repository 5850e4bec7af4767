"""A run on Spark: the same spec, data and run folder as training alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from dl4py.atomic import write_text
from dl4py.data.config import DataConfig
from dl4py.errors import Interrupted, InvalidValue
from dl4py.evaluation.judging import judge
from dl4py.formats.model import load
from dl4py.network.network import Network
from dl4py.spark.config import SparkConfig
from dl4py.spark.inference import judge as on_cluster
from dl4py.spark.masters.base import Rounds
from dl4py.spark.reading.files import remote
from dl4py.spark.reading.opening import refuse_drawn
from dl4py.spark.reading.parts import Parts, open_parts
from dl4py.spark.stats import Stats
from dl4py.spark.synchronous import Distributed
from dl4py.spark.transports.jobs import spark_errors
from dl4py.spec.thing import paths_of
from dl4py.spec.write import write
from dl4py.training.checkpoints import Checkpoints, batches_done
from dl4py.training.config import TrainingConfig
from dl4py.training.folder import CHECKPOINT, METRICS, MODEL, SPEC
from dl4py.training.loop import Listener
from dl4py.training.metrics import Metrics, cut
from dl4py.training.run import Run


class RoundCheckpoints(Checkpoints, Rounds):
    """`checkpoint.zip` every so many seconds, after the next round whose numbers the driver has."""

    command = "spark-train"

    def iteration(self, network: Network, score: float, examples: int) -> None:
        self.done += 1

    def round(self, network: Network, current: bool) -> None:
        if current and time.monotonic() - self.last >= self.seconds:
            self._write(network)

    @property
    def stopping(self) -> bool:
        return bool(self.signal)

    def stop(self, network: Network) -> None:
        """Raises `Interrupted` when a signal ended the rounds."""
        if self.signal and network.epoch < self.epochs:
            self._write(network)
            raise Interrupted(
                f"stopped after iteration {network.iteration - 1} of epoch {network.epoch}",
                signal=self.signal,
                hint=f"go on with `dl4py {self.command} --resume {self.folder}`",
            )


def check(training: TrainingConfig) -> None:
    """Raises `InvalidValue` for keys that masters do not follow."""
    if training.pretrain_epochs:
        raise InvalidValue(
            "layers are pretrained on one machine",
            at=training.mark("pretrain_epochs"),
            hint="leave `pretrain_epochs` out",
        )


def fit_run(
    context: Any, run: Run, listeners: Sequence[Listener] = (), *, command: str = "spark-train", **keys: Any
) -> Network:
    """Trains the run's network with the training master of its spec, from the last checkpoint if there is one.

    `context` is Spark's, or a `Machine`; `keys` change keys of the master.
    """
    config: SparkConfig = run.spec.spark
    check(run.training)
    master = config.master.but(**keys)
    network, done = _start(run)
    if not (run.folder / SPEC).exists():
        write_text(run.folder / SPEC, write(run.spec, absolute=True))
    training = run.training
    stats = Stats(getattr(master, "collect_training_stats", False))
    keeper = RoundCheckpoints(run.folder, training.checkpoint_seconds, training.epochs, done)
    keeper.command = command
    with Metrics(run.folder / METRICS, training.log_every) as metrics, keeper.watching_signals(), spark_errors():
        told = [metrics, *listeners, *run.watching(network), keeper]
        master.fit(context, network, run.batches, training.epochs, told, skip=done, stats=stats)
        keeper.stop(network)
    network = run.concluded(network)
    if stats.wanted:
        stats.write(run.folder)
    return network


def read_by_executors(spec: Any) -> bool:
    """Whether executors read the data of a spec."""
    config: SparkConfig = spec.spark
    data: DataConfig = spec.data
    readers = [reader for reader in (data.train, data.validation, data.test) if reader is not None]
    paths = [getattr(reader, name) for reader in readers for name in paths_of(type(reader))]
    return config.read_by == "executors" or (config.read_by is None and any(remote(p) for p in paths if p))


def read_on(context: Any, spec: Any) -> Parts:
    """The data of a spec, read by executors."""
    master = spec.spark.master
    if not isinstance(master, Distributed) or not master.reads_on_executors:
        raise InvalidValue(
            f"`{master.type}` trains on data of the driver",
            at=spec.spark.mark("read_by"),
            hint="`read_by: driver`, or the master `parameter_averaging`",
        )
    refuse_drawn(spec.data.train)
    with spark_errors():
        return open_parts(context, spec.data)


def run_on(context: Any, folder: Path, spec: Any, data: Any) -> Run:
    """The run of a folder; parts that lie on the cluster are judged there."""
    return Run(folder, spec, data, partial(on_cluster, context, keep=True) if isinstance(data, Parts) else judge)


def _start(run: Run) -> tuple[Network, int]:
    """The network of the last checkpoint with its rounds of the present epoch, or a fresh one."""
    checkpoint: Path = run.folder / CHECKPOINT
    for path in (checkpoint, run.folder / MODEL):
        if path.exists():
            network = load(path)
            cut(run.folder / METRICS, network.iteration)
            return network, batches_done(path)
    network = run.fresh()
    return network, 0
