"""Which worker trains what in which round, decided from numbers of objects alone.

An object is a batch of a worker. Objects lie in the partitions of their source; splits are made of them (one for each
averaging), and each split is brought to one partition for each worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

from dl4py.spark.java_random import JavaRandom, XorShift

Hand = list[int]
Repartition = Literal["always", "never", "num_partitions_workers_differs"]
Strategy = Literal["balanced", "spark_default", "approximate_balanced"]
Assignment = Literal["in_order", "random"]


@dataclass(frozen=True)
class Dealing:
    """The rule: `per_worker` objects for each of `workers` in a split."""

    workers: int
    per_worker: int
    repartition: Repartition = "always"
    strategy: Strategy = "balanced"
    assignment: Assignment = "in_order"
    seed: int = 0

    def rounds(self, sizes: Sequence[int]) -> list[list[Hand]]:
        """The hands of each round, none of them empty, out of source partitions of those sizes."""
        starts = [0, *accumulate(sizes)]
        source = [list(range(a, b)) for a, b in pairwise(starts)]
        splits = self._random(source) if self.assignment == "random" else self._in_order(source)
        rounds = [[hand for hand in self._hands(split) if hand] for split in splits]
        return [hands for hands in rounds if hands]

    def _in_order(self, source: list[Hand]) -> list[list[Hand]]:
        """Splits of neighbours; the last is smaller where objects do not come out even."""
        size, total = self.workers * self.per_worker, sum(map(len, source))
        edges = range(0, total, size)
        return [[[i for i in part if edge <= i < edge + size] for part in source] for edge in edges]

    def _random(self, source: list[Hand]) -> list[list[Hand]]:
        """DL4J's splits: of every run of so many objects of a partition each split gets one, in shuffled order."""
        size, total = self.workers * self.per_worker, sum(map(len, source))
        count = 1 if total <= size else total // size
        splits: list[list[Hand]] = [[[] for _ in source] for _ in range(count)]
        for p, part in enumerate(source):
            random, order = JavaRandom(self.seed + p), list(range(count))
            for i, value in enumerate(part):
                if i % count == 0:
                    random.shuffle(order)
                splits[order[i % count]][p].append(value)
        return splits

    def _hands(self, split: list[Hand]) -> list[Hand]:
        if self.repartition == "never":
            return split
        if self.repartition == "num_partitions_workers_differs" and len(split) == self.workers:
            return split
        if self.strategy == "balanced":
            return self._balanced(split)
        return self._spark_default(split) if self.strategy == "spark_default" else self._approximate(split)

    def _balanced(self, split: list[Hand]) -> list[Hand]:
        """Neighbours together: so many for each worker, what is left over one by one to the first of them.

        Where objects in order do not fill the last round, all workers share them; DL4J fills the first workers.
        """
        if len(split) == self.workers and all(len(part) == self.per_worker for part in split):
            return split
        objects = [i for part in split for i in part]
        share = self._share(len(objects))
        edges = [0, *accumulate(share)]
        return [objects[a:b] for a, b in pairwise(edges)]

    def _share(self, total: int) -> list[int]:
        if self.assignment == "random" and total < self.workers * self.per_worker:
            return [max(0, min(self.per_worker, total - w * self.per_worker)) for w in range(self.workers)]
        least, more = divmod(total, self.workers)
        return [least + (w < more) for w in range(self.workers)]

    def _spark_default(self, split: list[Hand]) -> list[Hand]:
        """Spark's `repartition`: each partition deals its objects round, from a worker drawn by its number."""
        hands: list[Hand] = [[] for _ in range(self.workers)]
        for p, part in enumerate(split):
            start = XorShift(p).below(self.workers)
            for i, value in enumerate(part, start + 1):
                hands[i % self.workers].append(value)
        return hands

    def _approximate(self, split: list[Hand]) -> list[Hand]:
        """Objects stay in their partition as far as it holds no more than its share; the surplus goes where room is."""
        share = self._share(sum(map(len, split)))
        hands: list[Hand] = [[] for _ in range(self.workers)]
        surplus: Hand = []
        for p, part in enumerate(split):
            hand = hands[p % self.workers]
            room = share[p % self.workers] - len(hand)
            hand += part[:room]
            surplus += part[room:]
        for hand, size in zip(hands, share, strict=True):
            while len(hand) < size:
                hand.append(surplus.pop(0))
        return hands


def even(total: int, parts: int) -> list[int]:
    """Sizes of the partitions that Spark's `parallelize` makes of a list."""
    return [total * (p + 1) // parts - total * p // parts for p in range(parts)]
