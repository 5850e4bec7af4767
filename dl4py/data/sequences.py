"""Sequences of unequal length: found as files, paired, aligned, and laid out as one array with a mask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from dl4py.data.files import files_of
from dl4py.errors import DataError
from dl4py.spec import Mark

Align = Literal["equal_length", "start", "end"]
TOGETHER = "files belong together that have the same name, or names that end in the same number"


def sequence_files(path: str, at: Mark | None) -> list[Path]:
    """The files of sequences; numbers in their names count as numbers, so that 2.csv comes before 10.csv."""
    return sorted(files_of(path, at), key=lambda file: in_order(file.name))


def in_order(name: str) -> list[tuple[int, str]]:
    """What names are sorted by."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def paired(features: list[Path], labels: list[Path], at: Mark | None) -> list[Path]:
    """The file of labels for each file of features; `DataError` where one is alone."""
    by_name = dict(zip(_names(labels), labels, strict=True))
    names = _names(features)
    for ours, theirs, what in ((features, labels, "labels"), (labels, features, "features")):
        there = set(_names(theirs))
        lonely = next((p for p, name in zip(ours, _names(ours), strict=True) if name not in there), None)
        if lonely is not None:
            raise DataError(
                f"{lonely} has no file of {what} in {theirs[0].parent}: {len(features)} files of features, "
                f"{len(labels)} of labels",
                at=at,
                hint=TOGETHER,
            )
    return [by_name[name] for name in names]


def _names(files: list[Path]) -> list[str]:
    """What tells each file from the others: the number at the end of its name, else the name."""
    stems = [p.name.partition(".")[0] for p in files]
    numbers = [str(int(found[0])) for stem in stems if (found := re.search(r"\d+$", stem))]
    return numbers if len(set(numbers)) == len(files) else stems


def padded(
    sequences: Sequence[np.ndarray], time: int, starts: Sequence[int] | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Sequences `[steps, size]` as `[n, size, time]`, 0 where there is nothing, and their mask `[n, time]`.

    Sequence i begins at step ``starts[i]``, at 0 where starts are not given. There is no mask where nothing is empty.
    """
    n, size = len(sequences), sequences[0].shape[1]
    x = np.zeros((n, size, time), np.float32)
    mask = np.zeros((n, time), np.float32)
    for i, sequence in enumerate(sequences):
        start = starts[i] if starts is not None else 0
        stop = start + len(sequence)
        x[i, :, start:stop] = sequence.T
        mask[i, start:stop] = 1.0
    return x, None if mask.all() else mask


def aligned(
    features: Sequence[np.ndarray], labels: Sequence[np.ndarray], *, end: bool
) -> list[tuple[np.ndarray, np.ndarray | None]]:
    """Features and labels over one stretch of time, each with its mask; as DL4J, `end` moves the shorter of a pair, so
    that it ends where the other ends, and every pair begins at step 0.
    """
    longest = [max(len(x), len(y)) for x, y in zip(features, labels, strict=True)]
    parts = []
    for part in (features, labels):
        starts = [n - len(steps) for n, steps in zip(longest, part, strict=True)] if end else None
        parts.append(padded(part, max(longest), starts))
    return parts
