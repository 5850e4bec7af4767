"""The mean of everyone's vectors over memory that all workers of a machine see."""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from dl4py.spark.outcome import mean
from dl4py.spark.transports.means import Means, stretches
from dl4py.spark.transports.mesh import Mesh

SHARED = "/dev/shm"  # files there are memory; elsewhere they are memory as long as there is enough


class Settling(Protocol):
    """How vectors become the same everywhere."""

    def take(self, weights: Sequence[float]) -> None:
        """The mean of the vectors of those workers whose weight is not 0; all must call it."""


class Desks:
    """``v = sum_i a_i v_i / sum_i a_i`` in place of each worker's `parts`, by the rule of `Means` and with its bits.

    Every worker lays a copy of its vectors on its desk; worker k takes the mean of stretch k from all desks, lays it on
    its own, and everyone collects.
    """

    def __init__(self, mesh: Mesh, parts: Sequence[np.ndarray], depth: int, desks: Sequence[np.ndarray]) -> None:
        self._mesh, self._depth, self._desks = mesh, depth, desks
        self._parts = [part for part in parts if part.size]
        self._places = stretches([part.size for part in self._parts], mesh.count)
        self._starts = np.cumsum([0, *(part.size for part in self._parts)]).tolist()

    def take(self, weights: Sequence[float]) -> None:
        """The mean of the vectors of those workers whose weight is not 0; all must call it."""
        rank = self._mesh.rank
        active = [w for w, weight in enumerate(weights) if weight]
        for other, places in enumerate(self._places):
            if weights[rank] and other != rank:
                for place in places:
                    self._desks[rank][place] = self._view(place)
        self._meet()
        for place in self._places[rank]:
            numbers = self._view(place)
            found = [numbers if w == rank else self._desks[w][place] for w in active]
            mean(found, [weights[w] for w in active], self._depth, numbers)
            self._desks[rank][place] = numbers
        self._meet()
        for other, places in enumerate(self._places):
            if other != rank:
                for place in places:
                    self._view(place)[:] = self._desks[other][place]
        self._meet()  # nobody lays down the next vectors before all have collected these

    def _meet(self) -> None:
        self._mesh.everyones(None)

    def _view(self, place: slice) -> np.ndarray:
        i = int(np.searchsorted(self._starts, place.start, side="right")) - 1
        return self._parts[i][place.start - self._starts[i] : place.stop - self._starts[i]]


def means_of(mesh: Mesh, parts: Sequence[np.ndarray], depth: int, *, half: bool = False) -> Settling:
    """Desks on one machine, as far as its memory has room for them; TCP between machines."""
    if mesh.one_machine and mesh.count > 1 and not half:
        desks = _desks(mesh, sum(part.size for part in parts), parts[0].dtype)
        if desks is not None:
            return Desks(mesh, parts, depth, desks)
    return Means(mesh, parts, depth, half=half)


def _desks(mesh: Mesh, size: int, kind: np.dtype) -> list[np.ndarray] | None:
    """Everyone's desk; None when there is no room for one of them. The files have no name any more."""
    path = _made(size * kind.itemsize)
    try:
        paths = mesh.everyones(path)
        if None in paths:
            return None
        desks = [np.frombuffer(_opened(name), kind) for name in paths]
        mesh.everyones(None)
        return desks
    finally:
        if path is not None:
            Path(path).unlink()


def _made(length: int) -> str | None:
    folder = SHARED if Path(SHARED).is_dir() else None
    number, path = tempfile.mkstemp(prefix="dl4py-desk-", dir=folder)
    with open(number, "wb") as file:
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, max(1, length))  # a later write cannot fail
            else:
                file.truncate(max(1, length))
        except OSError:
            with contextlib.suppress(OSError):
                Path(path).unlink()
            return None
    return path


def _opened(path: str) -> mmap.mmap:
    with open(path, "r+b") as file:
        return mmap.mmap(file.fileno(), 0)
