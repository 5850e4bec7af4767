"""The mean of everyone's vectors over a mesh, taken where the vectors lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from dl4py.spark.outcome import mean
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Channel

SEGMENT = 1 << 16  # values that travel together: they and their sum stay in the cache
Places = Sequence[slice]


class Coding(Protocol):
    """How a segment of numbers travels."""

    def send(self, channel: Channel, numbers: np.ndarray, place: slice) -> None:
        """Sends what stands at a place of the vector."""

    def receive(self, channel: Channel, numbers: np.ndarray, place: slice) -> None:
        """Puts into `numbers` what another worker has at that place."""

    def kept(self, numbers: np.ndarray, place: slice) -> None:
        """Makes of a mean what all others will have received."""


class Plain:
    """Numbers travel as they are."""

    def send(self, channel: Channel, numbers: np.ndarray, place: slice) -> None:
        channel.send_numbers(numbers)

    def receive(self, channel: Channel, numbers: np.ndarray, place: slice) -> None:
        channel.receive_numbers(numbers)

    def kept(self, numbers: np.ndarray, place: slice) -> None:
        """Nothing was lost."""


class Means:
    """``v = sum_i a_i v_i / sum_i a_i`` in place of each worker's `parts`, vectors that count as one long vector.

    Worker k gathers stretch k of all vectors, takes its mean and gives it back to all (reduce-scatter and all-gather),
    so that each sends and receives ``2 (n - 1) / n`` vectors, segment by segment, while others are added up. The
    stretch's owner sees all values at once, so the order of its sums is that of a Spark job, and so are the bits.
    No copy is made: the mean of a segment arrives only after its owner has received the values that it replaces.
    """

    def __init__(self, mesh: Mesh, parts: Sequence[np.ndarray], depth: int, coding: Coding | None = None) -> None:
        self._mesh, self._parts, self._depth = mesh, [part for part in parts if part.size], depth
        self._coding = coding or Plain()
        size = sum(part.size for part in self._parts)
        edges = [size * k // mesh.count for k in range(mesh.count + 1)]
        self._stretches = [list(self._segments(edges[k], edges[k + 1])) for k in range(mesh.count)]
        kind = parts[0].dtype
        self._room = [np.empty(min(SEGMENT, size), kind) for _ in range(mesh.count)]

    def take(self, weights: Sequence[float]) -> None:
        """The mean of the vectors of those workers whose weight is not 0; all must call it."""
        mesh, mine = self._mesh, self._stretches[self._mesh.rank]
        if weights[mesh.rank]:
            for other in mesh.channels:
                mesh.posted(other, self._sending(self._stretches[other]))
        for numbers, place in mine:
            self._averaged(numbers, place, weights)
            for other in mesh.channels:
                mesh.posted(other, self._sending([(numbers, place)]))
        for other, channel in sorted(mesh.channels.items()):
            for numbers, place in self._stretches[other]:
                self._coding.receive(channel, numbers, place)
        mesh.sent()

    def _sending(self, segments):
        def work(channel: Channel) -> None:
            for numbers, place in segments:
                self._coding.send(channel, numbers, place)

        return work

    def _averaged(self, numbers: np.ndarray, place: slice, weights: Sequence[float]) -> None:
        active = [w for w, weight in enumerate(weights) if weight]
        found = []
        for w in active:
            values = numbers if w == self._mesh.rank else self._room[w][: numbers.size]
            if w != self._mesh.rank:
                self._coding.receive(self._mesh.channels[w], values, place)
            found.append(values)
        mean(found, [weights[w] for w in active], self._depth, numbers)
        self._coding.kept(numbers, place)

    def _segments(self, start: int, stop: int) -> Iterator[tuple[np.ndarray, slice]]:
        """The stretch between two places as views of the parts, each with its place in the whole."""
        begun = 0
        for part in self._parts:
            for first in range(max(start, begun), min(stop, begun + part.size), SEGMENT):
                last = min(first + SEGMENT, stop, begun + part.size)
                yield part[first - begun : last - begun], slice(first, last)
            begun += part.size
