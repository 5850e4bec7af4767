"""Which worker computes which portion of the data next, and whose answer counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Portions:
    """Portions of a batch, dealt to workers as they become free: fast ones get more.

    When all are under way, a free worker gets one that another is slow with, at most `replicas` times. The first answer
    to a portion counts, and no other. `lying` are the portions whose data each worker has; they are preferred.

    Dean et al., "Large Scale Distributed Deep Networks", 2012, section 4.2.
    """

    count: int
    lying: Sequence[set[int]]
    replicas: int = 1
    waiting: set[int] = field(init=False)
    open: list[int] = field(init=False)  # without an answer, in the order in which they were begun
    copies: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.waiting = set(range(self.count))
        self.open = []

    def following(self, worker: int) -> int | None:
        """What a free worker computes next; None when nothing is left for it."""
        chosen = self._begun(worker) if self.waiting else self._slow()
        if chosen is not None:
            self.lying[worker].add(chosen)
        return chosen

    def answered(self, portion: int) -> bool:
        """Whether this answer to a portion is the first."""
        if portion not in self.open:
            return False
        self.open.remove(portion)
        return True

    @property
    def done(self) -> bool:
        """Whether every portion has its answer."""
        return not (self.waiting or self.open)

    def _begun(self, worker: int) -> int:
        nobodys = self.waiting.difference(*self.lying)
        chosen = min(self.waiting & self.lying[worker] or nobodys or self.waiting)
        self.waiting.remove(chosen)
        self.open.append(chosen)
        return chosen

    def _slow(self) -> int | None:
        for portion in sorted(self.open, key=self.copies.__getitem__):
            if self.copies[portion] < self.replicas:
                self.copies[portion] += 1
                return portion
        return None
