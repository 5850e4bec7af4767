"""The mean of everyone's vectors over a mesh, taken where the vectors lie."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from dl4py.spark.outcome import mean
from dl4py.spark.transports.half import Half, packed_bytes
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Channel

SEGMENT = 1 << 16  # values that travel together: they and their sum stay in the cache


def stretches(sizes: Sequence[int], workers: int) -> list[list[slice]]:
    """The places of each worker's stretch of vectors laid end to end, segment by segment; none spans two vectors."""
    total = sum(sizes)
    edges = [total * k // workers for k in range(workers + 1)]
    found: list[list[slice]] = [[] for _ in range(workers)]
    begun = 0
    for size in sizes:
        for k in range(workers):
            stop = min(edges[k + 1], begun + size)
            found[k] += [slice(at, min(at + SEGMENT, stop)) for at in range(max(edges[k], begun), stop, SEGMENT)]
        begun += size
    return found


class Means:
    """``v = sum_i a_i v_i / sum_i a_i`` in place of each worker's `parts`, vectors that count as one long vector.

    Worker k gathers stretch k of all vectors, takes its mean and gives it back to all (reduce-scatter and all-gather),
    so that each sends and receives ``2 (n - 1) / n`` vectors, segment by segment, while others are added up. The
    stretch's owner sees all values at once, so the order of its sums is that of a Spark job, and so are the bits.
    No copy is made: the mean of a segment arrives only after its owner has received the values that it replaces.
    """

    def __init__(self, mesh: Mesh, parts: Sequence[np.ndarray], depth: int, *, half: bool = False) -> None:
        self._mesh, self._parts, self._depth = mesh, [part for part in parts if part.size], depth
        sizes = [part.size for part in self._parts]
        self._stretches = [[(self._view(place), place) for place in places] for places in stretches(sizes, mesh.count)]
        self._half = Half(self._parts) if half and mesh.count > 1 else None
        self._room = [np.empty(min(SEGMENT, sum(sizes)), parts[0].dtype) for _ in range(mesh.count)]

    def take(self, weights: Sequence[float]) -> None:
        """The mean of the vectors of those workers whose weight is not 0; all must call it."""
        mesh, mine = self._mesh, self._stretches[self._mesh.rank]
        if weights[mesh.rank]:
            for other in mesh.channels:
                mesh.posted(other, partial(self._send, segments=self._stretches[other]))
        for numbers, place in mine:
            self._average(numbers, place, weights)
            travelling = numbers
            if self._half is not None:
                travelling = self._half.pack(numbers, place)
                self._half.unpack(travelling, numbers, place)
            for other in mesh.channels:
                mesh.posted(other, partial(Channel.send_numbers, numbers=travelling))
        for other, channel in sorted(mesh.channels.items()):
            for numbers, place in self._stretches[other]:
                self._receive(channel, numbers, place)
        mesh.sent()
        if self._half is not None:
            self._half.settled(self._parts)

    def _average(self, numbers: np.ndarray, place: slice, weights: Sequence[float]) -> None:
        active = [w for w, weight in enumerate(weights) if weight]
        found = []
        for w in active:
            values = numbers if w == self._mesh.rank else self._room[w][: numbers.size]
            if w != self._mesh.rank:
                self._receive(self._mesh.channels[w], values, place)
            found.append(values)
        mean(found, [weights[w] for w in active], self._depth, numbers)

    def _send(self, channel: Channel, segments: Sequence[tuple[np.ndarray, slice]]) -> None:
        for numbers, place in segments:
            channel.send_numbers(numbers if self._half is None else self._half.pack(numbers, place))

    def _receive(self, channel: Channel, numbers: np.ndarray, place: slice) -> None:
        if self._half is None:
            channel.receive_numbers(numbers)
            return
        packed = np.empty(packed_bytes(numbers.size), np.uint8)
        channel.receive_numbers(packed)
        self._half.unpack(packed, numbers, place)

    def _view(self, place: slice) -> np.ndarray:
        begun = 0
        for part in self._parts:
            if place.start < begun + part.size:
                return part[place.start - begun : place.stop - begun]
            begun += part.size
        raise AssertionError(place)
