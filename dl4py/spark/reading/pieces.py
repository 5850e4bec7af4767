"""Examples on the cluster, each with its number in the order of the source, and brought from there to any order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.classes import one_hot
from dl4py.data.image_form import ImageForm
from dl4py.errors import ClusterError, DataError, DL4PyError
from dl4py.spark.blocks import joined

Naming = Callable[[dict[str, str], int], tuple[np.ndarray, tuple[str, ...]]]


@dataclass(frozen=True, eq=False)
class Piece:
    """Some examples of source `source`, the first of them at `offset`; arrays have the source's type of numbers.

    Labels are numbers of `words`, `[n]`, or columns for them, `[n, words, ...]`; numbers of their own without words.
    `where` says where examples were read that brought a word first.
    """

    source: int
    offset: int
    batch: Batch
    words: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()  # the file of each example, where each has its own


@dataclass(frozen=True)
class Survey:
    """What is told of some pieces without their numbers."""

    counts: dict[int, int]
    words: dict[str, str]
    shapes: frozenset[tuple[Any, ...]]
    steps: tuple[int, int] | None
    error: DL4PyError | None = None


@dataclass(frozen=True, eq=False)
class Pieces:
    """An RDD of pieces with one-hot labels; source k begins with example ``starts[k]``, the last entry counts all."""

    rdd: Any
    starts: np.ndarray
    class_names: tuple[str, ...]
    shape: tuple[Any, ...]
    images: ImageForm | None = None
    steps: tuple[int, int] = (1, 1)  # of the shortest and of the longest sequence
    kept: Any = None  # the persisted RDD below

    def close(self) -> None:
        """Forgets what is kept on the cluster."""
        if self.kept is not None:
            self.kept.unpersist()

    @property
    def labels(self) -> int:
        """How many arrays of labels there are."""
        return self.shape[1] if isinstance(self.shape[1], int) else len(self.shape[1])

    def __len__(self) -> int:
        return int(self.starts[-1])


def numbered(raw: Any, sources: int, naming: Naming | None, images: ImageForm | None, what: str) -> Pieces:
    """Pieces as they were read, counted and with the classes that all of them together have: one pass."""
    found = raw.mapPartitions(_surveyed).collect()
    for survey in found:
        if survey.error is not None:
            raise survey.error
    counts = np.zeros(sources, np.int64)
    words: dict[str, str] = {}
    shapes: set[tuple[Any, ...]] = set()
    steps = [survey.steps for survey in found if survey.steps]
    for survey in found:
        for source, count in survey.counts.items():
            counts[source] += count
        words |= {word: place for word, place in survey.words.items() if word not in words}
        shapes |= survey.shapes
    starts = np.concatenate([[0], np.cumsum(counts)])
    if not starts[-1]:
        raise DataError(f"{what} holds no examples", hint="check `skip_lines` and `header`")
    if len(shapes) > 1:
        told = " and ".join(sorted(map(in_words, shapes)))
        raise DataError(f"{what} holds examples of different kinds: {told}")
    names: tuple[str, ...] = ()
    classes: dict[str, int] = {}
    if words and naming:
        numbers, names = naming(words, int(starts[-1]))
        classes = dict(zip(words, numbers.tolist(), strict=True))
    shortest, longest = (min(s[0] for s in steps), max(s[1] for s in steps)) if steps else (1, 1)
    uneven = shortest != longest
    count = len(names)
    rdd = raw.map(lambda piece: _labelled(piece, classes, count, longest, uneven))
    return Pieces(rdd, starts, names, next(iter(shapes)), images, (shortest, longest))


def telling(read: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
    """What executors do, with an error of the house as the last thing that they give: Spark would do it again."""

    def told(*given: Any) -> Iterator[Any]:
        try:
            yield from read(*given)
        except DL4PyError as error:
            yield error

    return told


def _surveyed(pieces: Iterable[Piece | DL4PyError]) -> Iterator[Survey]:
    counts: dict[int, int] = {}
    words: dict[str, str] = {}
    shapes, lengths = set(), []
    for piece in pieces:
        if isinstance(piece, DL4PyError):
            yield Survey({}, {}, frozenset(), None, piece)
            return
        batch = piece.batch
        counts[piece.source] = counts.get(piece.source, 0) + batch.size
        places = piece.where or ("",) * len(piece.words)
        words |= {word: place for word, place in zip(piece.words, places, strict=True) if word not in words}
        shapes.add((_shapes(batch.features), len(batch.labels) if piece.words else _shapes(batch.labels)))
        lengths += [a.shape[2] for a in batch.features[:1] if a.ndim == 3]
    yield Survey(counts, words, frozenset(shapes), (min(lengths), max(lengths)) if lengths else None)


def _shapes(arrays: Iterable[np.ndarray]) -> tuple[Any, ...]:
    """Shapes of one example; sequences may differ in length."""
    return tuple((a.shape[1],) if a.ndim == 3 else a.shape[1:] for a in arrays)


def in_words(shape: tuple[Any, ...]) -> str:
    """Shapes of features and labels as a message shows them."""
    features, labels = shape
    told = ", ".join(" x ".join(map(str, each)) for each in features)
    if isinstance(labels, int):
        return f"features of {told}" + (" with a class" if labels else "")
    return f"features of {told}" + "".join(f", labels of {' x '.join(map(str, each))}" for each in labels)


def _labelled(piece: Piece, classes: dict[str, int], count: int, longest: int, uneven: bool) -> Piece:
    batch = piece.batch
    if piece.words:
        known = np.array([classes[word] for word in piece.words])
        batch = replace(batch, labels=(_one_hot(batch.labels[0], known, count),))
    if uneven:
        batch = lengthened(batch, longest)
    return replace(piece, batch=batch, words=(), where=())


def _one_hot(labels: np.ndarray, known: np.ndarray, count: int) -> np.ndarray:
    if labels.ndim == 1:
        return one_hot(known[labels], count)
    y = np.zeros((len(labels), count, *labels.shape[2:]), np.float32)
    y[:, known] = labels
    return y


def lengthened(batch: Batch, time: int) -> Batch:
    """Sequences of `time` steps, with masks for those that are there."""

    def longer(array: np.ndarray) -> np.ndarray:
        return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, time - array.shape[-1])])

    def mask_of(array: np.ndarray, mask: np.ndarray | None) -> np.ndarray | None:
        if array.ndim != 3:
            return mask
        return longer(np.ones((len(array), array.shape[2]), np.float32) if mask is None else mask)

    def masks(arrays: Sequence[np.ndarray], found: Sequence[Any]) -> tuple[Any, ...]:
        made = tuple(mask_of(a, found[i] if i < len(found) else None) for i, a in enumerate(arrays))
        return made if any(m is not None for m in made) else ()

    features, labels = (tuple(longer(a) if a.ndim == 3 else a for a in part) for part in (batch.features, batch.labels))
    return Batch(
        features,
        labels,
        masks(batch.features, batch.feature_masks),
        masks(batch.labels, batch.label_masks),
        batch.mirror,
    )


@dataclass(frozen=True)
class Aim:
    """Where examples are wanted: example `first` + g at place ``places[g]``, or g; those out of reach, nowhere."""

    first: int
    count: int
    places: Any = None  # a broadcast array, -1 for nowhere

    def of(self, start: int, size: int) -> np.ndarray:
        """The places of so many examples of the source, -1 where they are not wanted."""
        g = np.arange(start, start + size) - self.first
        inside = (g >= 0) & (g < self.count)
        if self.places is None:
            return np.where(inside, g, -1)
        return np.where(inside, self.places.value[np.where(inside, g, 0)], -1)


def brought(pieces: Pieces, aim: Aim, edges: Sequence[int]) -> Any:
    """An RDD whose partition p holds one batch of the examples at places ``edges[p]`` to ``edges[p + 1]``, in order,
    as ``(p, batch, files)``; an empty partition none. Fails where one of them is missing or there twice.
    """
    bounds, starts = np.asarray(edges, np.int64), pieces.starts

    def sent(piece: Piece) -> Iterator[tuple[int, tuple[np.ndarray, Batch, tuple[str, ...]]]]:
        places = aim.of(int(starts[piece.source]) + piece.offset, piece.batch.size)
        rows = np.flatnonzero((places >= bounds[0]) & (places < bounds[-1]))
        parts = np.searchsorted(bounds, places[rows], side="right") - 1
        order = np.argsort(parts, kind="stable")
        for part in np.unique(parts):
            mine = rows[order[np.searchsorted(parts[order], part) : np.searchsorted(parts[order], part, side="right")]]
            files = tuple(piece.origin[i] for i in mine) if piece.origin else ()
            yield int(part), (places[mine], piece.batch.rows(mine), files)

    moved = pieces.rdd.flatMap(sent).partitionBy(len(edges) - 1, int)
    return moved.mapPartitionsWithIndex(lambda p, items: _gathered(p, items, int(bounds[p]), int(bounds[p + 1])))


def _gathered(
    p: int, items: Iterable[tuple[int, tuple[np.ndarray, Batch, tuple[str, ...]]]], first: int, last: int
) -> Iterator[tuple[int, Batch, tuple[str, ...]]]:
    found = [item for _, item in items]
    if first == last:
        return
    places = np.concatenate([places for places, _, _ in found]) if found else np.zeros(0, np.int64)
    order = np.argsort(places, kind="stable")
    if not np.array_equal(places[order], np.arange(first, last)):
        raise ClusterError(f"examples {first} to {last - 1} were wanted, {len(places)} came; what came differs")
    whole = joined([batch for _, batch, _ in found])
    files = [file for _, _, named in found for file in named]
    in_order = whole if np.array_equal(order, np.arange(len(order))) else whole.rows(order)
    yield p, real(in_order), tuple(files[i] for i in order) if files else ()


def real(batch: Batch) -> Batch:
    """Numbers with a fraction, as networks take them."""

    def single(array: np.ndarray) -> np.ndarray:
        return array if array.dtype.kind == "f" and array.dtype.isnative else array.astype(np.float32)

    features = tuple(map(single, batch.features))
    labels = features if batch.mirror else tuple(map(single, batch.labels))
    return replace(batch, features=features, labels=labels)
