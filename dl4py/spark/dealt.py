"""Batches of examples that executors read: in the order of each epoch brought to the worker that trains them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.iterator import BatchIterator
from dl4py.errors import ClusterError
from dl4py.spark.dealing import Hand, even
from dl4py.spark.objects import Held, Object, Stored, store
from dl4py.spark.reading.parts import MOST, Part, mirrored
from dl4py.spark.reading.pieces import brought
from dl4py.spark.sources import ExportFolder, FromDriver
from dl4py.spark.stats import Stats

Hands = Sequence[Hand]


@dataclass
class OfPart:
    """Batches of a part, cut as `BatchIterator` cuts them: batch i of an epoch holds the same examples as there."""

    context: Any
    batches: BatchIterator  # its data set is a `Part`
    anew: bool
    _sent: list[Any] = field(default_factory=list, kw_only=True)  # broadcasts of the present epoch

    @property
    def part(self) -> Part:
        """The examples."""
        part: Any = self.batches.dataset
        return part

    def sizes(self, workers: int) -> Sequence[int]:
        """Objects of each partition, as if the driver had cut them."""
        return even(len(self.batches), workers)

    def examples(self, i: int) -> int:
        """Examples of a batch; the last may be smaller."""
        size = self.batches.batch_size
        return min(size, len(self.part) - i * size)

    def brought(self, epoch: int, hands: Hands) -> Any:
        """An RDD of ``(p, batches)``: the batches of hand p in order, normalized; nothing for an empty hand."""
        size, n = self.batches.batch_size, len(self.part)
        starts = np.full(-(-n // size), -1, np.int64)
        edges = [0, *accumulate(sum(self.examples(i) for i in hand) for hand in hands)]
        for hand, edge in zip(hands, edges, strict=False):
            starts[hand] = edge + np.concatenate([[0], np.cumsum([self.examples(i) for i in hand])[:-1]])
        order = self.batches.order(epoch)
        place = np.arange(n)
        if order is not None:
            place[order] = np.arange(n)  # where each example stands in this epoch
        first = starts[place // size]
        wanted = np.where(first < 0, -1, first + place % size)
        sizes = self._broadcast([[self.examples(i) for i in hand] for hand in hands])
        normalizer, mirror = self.batches.normalizer, self.part.mirror

        def cut(item: tuple[int, Batch, tuple[str, ...]]) -> tuple[int, list[Batch]]:
            p, batch, _ = item
            stops = list(accumulate(sizes.value[p]))
            parts = [batch.rows(slice(a, b)) for a, b in zip([0, *stops], stops, strict=False)]
            parts = [mirrored(part) for part in parts] if mirror else parts
            return p, [normalizer.apply_batch(part) for part in parts] if normalizer else parts

        aim = self.part.aim(self.context, wanted)
        self._sent.append(aim.places)
        return brought(self.part.pieces, aim, edges).map(cut)

    def _broadcast(self, value: Any) -> Any:
        self._sent.append(self.context.broadcast(value))
        return self._sent[-1]

    def _forget(self) -> None:
        for sent in self._sent:
            sent.destroy()
        self._sent = []


@dataclass
class Dealt(OfPart):
    """A partition for each hand of an epoch, so that a round reads no more than its own batches."""

    needs_executors = True

    _rdd: Any = None
    _of: Any = None  # the epoch's number and rounds that the RDD is for
    _place: dict[int, int] = field(default_factory=dict)

    def prepare(self, epoch: int, rounds: Sequence[Hands]) -> None:
        """Brings the examples of an epoch to the hands of its rounds; the same ones are not brought twice."""
        number = epoch if self.anew else 0
        rounds = [list(hands) for hands in rounds]
        if self._of == (number, rounds):
            return
        self.close()
        self._of = (number, rounds)
        together = -(-sum(map(len, rounds)) // MOST)  # rounds that share a partition of each worker
        groups: dict[tuple[int, int], list[Hand]] = {}
        for r, hands in enumerate(rounds):
            for w, hand in enumerate(hands):
                groups.setdefault((r // together, w), []).append(hand)
        self._place = {hand[0]: p for p, group in enumerate(groups.values()) for hand in group}
        lengths = self._broadcast([[(hand[0], len(hand)) for hand in group] for group in groups.values()])
        numbers = self._broadcast([[i for hand in group for i in hand] for group in groups.values()])

        def apart(item: tuple[int, list[Batch]]) -> Iterator[tuple[int, list[Held]]]:
            p, batches = item
            held = [Held(b, f"{i} of epoch {number}") for i, b in zip(numbers.value[p], batches, strict=True)]
            for first, length in lengths.value[p]:
                yield first, held[:length]
                held = held[length:]

        whole = [[i for hand in group for i in hand] for group in groups.values()]
        self._rdd = self.brought(number, whole).flatMap(apart)
        if not self.anew:
            self._rdd = self._rdd.persist()

    def objects(self, epoch: int) -> Callable[[int], Object]:
        """Refused: workers that stay cannot fetch from executors."""
        raise ClusterError(
            "the workers of transport `direct` cannot fetch batches that lie in an RDD",
            hint="`rdd_training_approach: export`, or `transport: spark`",
        )

    def parts(self, context: Any, epoch: int, hands: Hands) -> Any:
        """The hands of a round, out of their own partitions alone."""
        wanted = {hand[0]: w for w, hand in enumerate(hands)}
        mine = pruned(context, self._rdd, sorted({self._place[first] for first in wanted}))
        return mine.filter(lambda item: item[0] in wanted).map(lambda item: (wanted[item[0]], item[1]))

    def close(self) -> None:
        """Forgets the epoch."""
        if self._rdd is not None and not self.anew:
            self._rdd.unpersist()
        self._rdd = self._of = None
        self._forget()


@dataclass
class DealtFiles(OfPart, FromDriver):
    """Batches that executors export to a folder of all nodes, once or for each epoch."""

    needs_executors = True

    folder: ExportFolder
    stats: Stats
    _of: int | None = None
    _stored: dict[int, Stored] = field(default_factory=dict)

    def prepare(self, epoch: int, rounds: Sequence[Hands]) -> None:
        """Writes the batches of an epoch, unless they lie there."""
        number = epoch if self.anew else 0
        if self._of == number:
            return
        count = len(self.batches)
        partitions = min(count, MOST, 4 * self.context.defaultParallelism)
        hands = [list(range(count * p // partitions, count * (p + 1) // partitions)) for p in range(partitions)]
        place = self.folder.path / f"epoch-{number}"

        def write(item: tuple[int, list[Batch]]) -> list[tuple[int, Stored]]:
            Path(place).mkdir(parents=True, exist_ok=True)
            return [(i, store(b, place / f"{i:08}.npz")) for i, b in zip(hands[item[0]], item[1], strict=True)]

        with self.stats.phase("Export"):
            self._stored = dict(self.brought(number, hands).flatMap(write).collect())
        self._forget()
        if self._of is not None:
            self.folder.forget(f"epoch-{self._of}")
        self._of = number

    def objects(self, epoch: int) -> Callable[[int], Object]:
        """The files of an epoch."""
        return self._stored.__getitem__

    def close(self) -> None:
        """Deletes the files."""
        self.folder.remove()


def pruned(context: Any, rdd: Any, partitions: Sequence[int]) -> Any:
    """Some partitions of an RDD, as an RDD; Spark starts no task for the others."""
    from pyspark import RDD

    jvm = context._jvm
    numbers = jvm.java.util.ArrayList()
    for partition in partitions:
        numbers.add(partition)
    chosen = jvm.PythonUtils.toSeq(numbers).toSet()  # a set of Scala is a function that tells what is in it
    java = jvm.org.apache.spark.rdd.PartitionPruningRDD.create(rdd._jrdd.rdd(), chosen)
    return RDD(java.toJavaRDD(), context, rdd._jrdd_deserializer)
