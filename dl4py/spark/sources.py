"""Where the batches of workers come from: the driver's data, files, or an RDD that is kept on the cluster."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from dl4py.data.batch import Batch
from dl4py.data.iterator import BatchIterator
from dl4py.errors import ClusterError
from dl4py.spark.dealing import Hand, even
from dl4py.spark.objects import Held, Object, Stored, store
from dl4py.spark.stats import Stats

Parts = Any  # an RDD of (number of the worker, its objects)


class Source(Protocol):
    """Batches by number, in partitions of known sizes.

    Where `needs_executors` holds, an epoch is prepared and judged by Spark jobs, which workers that stay must make room
    for.
    """

    needs_executors: bool

    def sizes(self, workers: int) -> Sequence[int]:
        """Objects of each partition."""

    def examples(self, i: int) -> int:
        """Examples of an object."""

    def prepare(self, epoch: int, rounds: Sequence[Sequence[Hand]]) -> None:
        """An epoch of these rounds begins."""

    def objects(self, epoch: int) -> Callable[[int], Object]:
        """The objects of an epoch by number."""

    def parts(self, context: Any, epoch: int, hands: Sequence[Hand]) -> Parts:
        """The hands of a round on the cluster."""

    def close(self) -> None:
        """Forgets what was kept for the training."""


class FromDriver:
    """What hands are to sources whose objects the driver knows: lists that travel with the job."""

    needs_executors = False

    def prepare(self, epoch: int, rounds: Sequence[Sequence[Hand]]) -> None:
        """An epoch of these rounds begins."""

    def objects(self, epoch: int) -> Callable[[int], Object]:
        """The objects of an epoch by number."""
        raise NotImplementedError

    def parts(self, context: Any, epoch: int, hands: Sequence[Hand]) -> Parts:
        """The hands of a round on the cluster."""
        load = self.objects(epoch)
        return context.parallelize([(w, [load(i) for i in hand]) for w, hand in enumerate(hands)], len(hands))


@dataclass
class Iterated(FromDriver):
    """Batches of the driver's own data."""

    batches: BatchIterator

    def sizes(self, workers: int) -> Sequence[int]:
        """Objects of each partition, as `parallelize` cuts them."""
        return even(len(self.batches), workers)

    def examples(self, i: int) -> int:
        """Examples of a batch; the last may be smaller."""
        size = self.batches.batch_size
        return min(size, len(self.batches.dataset) - i * size)


@dataclass
class Driven(Iterated):
    """Batches cut by the driver in the order of each epoch, as when training alone; or always in that of the first."""

    anew: bool
    _open: tuple[int, Callable[[int], Batch]] | None = None

    def objects(self, epoch: int) -> Callable[[int], Object]:
        number = epoch if self.anew else 0
        if self._open is None or self._open[0] != number:
            self._open = (number, self.batches.batches(number))
        batch = self._open[1]
        return lambda i: Held(batch(i), f"{i} of epoch {epoch}")

    def close(self) -> None:
        self._open = None


@dataclass
class Exported(Iterated):
    """Batches as files: written once, or for each epoch anew where examples change their order between epochs."""

    folder: ExportFolder
    anew: bool
    stats: Stats
    _stored: dict[int, list[Stored]] = field(default_factory=dict)

    def objects(self, epoch: int) -> Callable[[int], Object]:
        number = epoch if self.anew else 0
        if number not in self._stored:
            for old in self._stored:
                shutil.rmtree(self.folder.path / f"epoch-{old}")
            place = self.folder.path / f"epoch-{number}"
            place.mkdir(parents=True)
            batches = enumerate(self.batches.epoch(number))
            with self.stats.phase("Export"):
                self._stored = {number: [store(batch, place / f"{i:08}.npz") for i, batch in batches]}
        return self._stored[number].__getitem__

    def close(self) -> None:
        self.folder.remove()


@dataclass
class Files(FromDriver):
    """Batches that executors exported, partition by partition."""

    partitions: list[list[Stored]]
    folder: ExportFolder

    def sizes(self, workers: int) -> Sequence[int]:
        return [len(part) for part in self.partitions]

    def examples(self, i: int) -> int:
        return self._all[i].size

    def objects(self, epoch: int) -> Callable[[int], Object]:
        return self._all.__getitem__

    @cached_property
    def _all(self) -> list[Stored]:
        return [file for part in self.partitions for file in part]

    def close(self) -> None:
        self.folder.remove()


@dataclass
class Kept:
    """Batches that stay in the partitions of a persisted RDD; `rdd` gives them as ``(number, Held)``."""

    needs_executors = False

    persisted: Any
    rdd: Any
    counts: list[list[int]]  # examples of the objects of each partition

    def sizes(self, workers: int) -> Sequence[int]:
        return [len(part) for part in self.counts]

    def examples(self, i: int) -> int:
        return self._all[i]

    def prepare(self, epoch: int, rounds: Sequence[Sequence[Hand]]) -> None:
        """Nothing is to be done: batches stay where they are."""

    @cached_property
    def _all(self) -> list[int]:
        return [size for part in self.counts for size in part]

    def objects(self, epoch: int) -> Callable[[int], Object]:
        raise ClusterError(
            "the workers of transport `direct` cannot fetch batches that lie in an RDD",
            hint="`rdd_training_approach: export`, or `transport: spark`",
        )

    def parts(self, context: Any, epoch: int, hands: Sequence[Hand]) -> Parts:
        place = {i: (w, k) for w, hand in enumerate(hands) for k, i in enumerate(hand)}
        wanted = self.rdd.filter(lambda item: item[0] in place)
        moved = wanted.map(lambda item: (place[item[0]][0], (place[item[0]][1], item[1])))
        return moved.partitionBy(len(hands), int).mapPartitions(_hand)

    def close(self) -> None:
        self.persisted.unpersist()


def _hand(items: Any) -> Any:
    found = sorted(items, key=lambda item: item[1][0])
    yield found[0][0], [thing for _, (_, thing) in found]


class ExportFolder:
    """The folder of one training's exported batches; it goes when the training is over."""

    def __init__(self, context: Any, parent: str | None) -> None:
        if parent is None and not context.master.startswith("local"):
            raise ClusterError(
                f"batches cannot be exported for {context.master}: no folder is named that every node sees",
                hint="set `export_directory`, or `rdd_training_approach: direct`",
            )
        if parent is not None and "://" in parent:
            raise ClusterError(
                f"`export_directory: {parent}` is no path of a file system",
                hint="name a folder that every node has mounted, or `rdd_training_approach: direct`",
            )
        if parent is not None:
            Path(parent).mkdir(parents=True, exist_ok=True)
        self.path = Path(tempfile.mkdtemp(prefix="dl4py-export-", dir=parent))

    def forget(self, name: str) -> None:
        """Deletes the batches of one epoch."""
        shutil.rmtree(self.path / name, ignore_errors=True)

    def remove(self) -> None:
        """Deletes the batches."""
        shutil.rmtree(self.path, ignore_errors=True)
