"""Sequences of comma-separated values, one file for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.classes import from_words, one_hot
from dl4py.data.columns import find
from dl4py.data.dataset import Dataset
from dl4py.data.places import Lines, Paths
from dl4py.data.readers.base import reader
from dl4py.data.readers.delimited import Delimited
from dl4py.data.sequences import Align, padded, paired, sequence_files
from dl4py.data.table import DROP, Block, Table
from dl4py.errors import DataError
from dl4py.spec import FilePath, Flag, key

UNEQUAL = "`align: start` or `align: end` takes sequences of unequal length and masks what is empty"
ONE_LABEL = "one label for a whole sequence: write `label_per: sequence`, or `align: end` to set it to the last step"


@reader("csv_sequence", java="org.datavec.api.records.reader.impl.csv.CSVSequenceRecordReader")
class CsvSequence(Delimited):
    """One sequence per file, one step per line; labels in columns of the same files, or in files of their own.

    Features `[n, columns, time]` with a mask `[n, time]` where lengths differ; labels `[n, classes, time]` or
    `[n, columns, time]` with theirs, or `[n, classes]` with one label for a sequence. Files of features and of labels
    belong together that have the same name, or names that end in the same number.

    DL4J's `SequenceRecordReaderDataSetIterator`, with its three ways to align.
    """

    labels_path: FilePath | None = key(
        "Files of labels: folder or pattern; `labels` are columns of theirs.", default=None
    )
    label_per: Literal["step", "sequence"] = key("What a label belongs to.", default="step")
    regression: Flag = key("Labels are numbers, not classes.", default=False)
    align: Align = key(
        "`equal_length`: all sequences have as many steps. `start`: shorter ones begin with the longest, masks cover "
        "the rest. `end`: the shorter of features and labels ends where the other ends.",
        default="equal_length",
    )

    @field_validator("regression")
    @classmethod
    def _has_labels(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("classes") is not None:
            raise PydanticCustomError(
                "regression_classes", "`classes` are for labels that `regression` says are numbers"
            )
        if value and info.data.get("labels") is None and info.data.get("labels_path") is None:
            raise PydanticCustomError("regression_labels", "a regression needs `labels` or `labels_path`")
        return value

    def load(self) -> Dataset:
        features = sequence_files(self.path, self.mark("path"))
        gathered = _Gathered(self)
        for table in self.tables(features):
            gathered.add(table, labels=self.labels_path is None)
        if self.labels_path is not None:
            files = sequence_files(self.labels_path, self.mark("labels_path"))
            for table in self.tables(paired(features, files, self.mark("labels_path")), "labels_path"):
                gathered.add_labels(table)
        return self.part(gathered.dataset())


class _Gathered:
    """Steps of the files read so far; words of labels with the lines they stand at."""

    def __init__(self, spec: CsvSequence) -> None:
        self.spec = spec
        self.features: list[np.ndarray] = []
        self.labels: list[Any] = []
        self.files: list[str] = []
        self.label_files: list[str] = []
        self.lines: list[int] = []
        self._columns: tuple[list[int], list[int]] | None = None
        self._label_columns: list[int] | None = None

    def add(self, table: Table, *, labels: bool) -> None:
        """One file of features, and its labels where they stand beside them."""
        blocks = self._steps(table)
        if labels:
            self._columns = self._columns or self.spec.columns(table)
        elif self._columns is None:
            spec = self.spec
            wanted = None if spec.features is None else find(spec.features, table, spec.mark("features"))
            self._columns = wanted or list(range(table.width)), []
        columns, label_columns = self._columns or ([], [])
        self.files.append(table.file)
        self.features.append(_numbers(blocks, columns))
        if label_columns:
            self._add_labels(table, blocks, label_columns)

    def add_labels(self, table: Table) -> None:
        """One file of labels."""
        blocks = self._steps(table)
        if self._label_columns is None:
            spec = self.spec
            asked = range(table.width) if spec.labels is None else find(spec.labels, table, spec.mark("labels"))
            self._label_columns = list(asked)
        self._add_labels(table, blocks, self._label_columns)

    def _add_labels(self, table: Table, blocks: list[Block], columns: list[int]) -> None:
        words = len(columns) == 1 and not self.spec.regression
        found: Any = (
            [word for block in blocks for word in block.words(columns[0])] if words else _numbers(blocks, columns)
        )
        lines = [line for block in blocks for line in block.lines]
        if self.spec.label_per == "sequence":
            self._check_one(table, found, lines)
            found, lines = found[:1], lines[:1]
        self.labels.append(found)
        self.label_files.append(table.file)
        self.lines += lines

    def _check_one(self, table: Table, found: Any, lines: list[int]) -> None:
        for label, line in zip(found, lines, strict=True):
            if not np.array_equal(label, found[0]):
                raise DataError(
                    f"{table.file}:{line}: the label `{_shown(label)}` differs from the first, `{_shown(found[0])}`; "
                    "a sequence has one",
                    at=self.spec.mark("label_per"),
                    hint="leave `label_per` out where each step has its own label",
                )

    def _steps(self, table: Table) -> list[Block]:
        blocks = list(table.blocks())
        if not blocks:
            raise DataError(
                f"{table.file} holds no steps", at=self.spec.mark("path"), hint="check `skip_lines` and `header`"
            )
        return blocks

    def dataset(self) -> Dataset:
        """Everything as arrays."""
        labels, names = self._label_steps()
        if labels and self.spec.align == "equal_length":
            self._check_equal(self.features, self.files)
            if self.spec.label_per == "step":
                self._check_beside(labels)
        elif self.spec.align == "equal_length":
            self._check_equal(self.features, self.files)
        place = Paths(tuple(self.files))
        if not labels or self.spec.label_per == "sequence":
            x, mask = padded(self.features, max(map(len, self.features)))
            y = (np.concatenate(labels),) if labels else ()
            return Dataset((x,), y, names, place, (mask,), (None,) * len(y))
        return self._aligned(labels, names, place)

    def _aligned(self, labels: list[np.ndarray], names: tuple[str, ...], place: Paths) -> Dataset:
        """DL4J's alignment: `end` moves the shorter of a pair, not the pair, to the end."""
        longest = [max(len(x), len(y)) for x, y in zip(self.features, labels, strict=True)]
        arrays = []
        for part in (self.features, labels):
            moved = [n - len(steps) for n, steps in zip(longest, part, strict=True)]
            arrays.append(padded(part, max(longest), moved if self.spec.align == "end" else None))
        (x, mask), (y, label_mask) = arrays
        return Dataset((x,), (y,), names, place, (mask,), (label_mask,))

    def _label_steps(self) -> tuple[list[np.ndarray], tuple[str, ...]]:
        """Labels `[steps, classes or columns]` of each sequence, and the names of the classes."""
        if not self.labels or isinstance(self.labels[0], np.ndarray):
            return self.labels, ()
        ends = np.cumsum(list(map(len, self.labels)))
        starts = tuple(int(end) - len(words) for end, words in zip(ends, self.labels, strict=True))
        place = Lines(tuple(self.label_files), starts, np.array(self.lines))
        words = [word for part in self.labels for word in part]
        numbers, names = from_words(words, self.spec.classes, place)
        return np.split(one_hot(numbers, len(names)), ends[:-1]), names

    def _check_equal(self, steps: Sequence[np.ndarray], files: list[str]) -> None:
        for part, file in zip(steps, files, strict=True):
            if len(part) != len(steps[0]):
                raise DataError(
                    f"{file} has {_count(len(part))}, {files[0]} has {len(steps[0])}",
                    at=self.spec.mark("align"),
                    hint=UNEQUAL,
                )

    def _check_beside(self, labels: list[np.ndarray]) -> None:
        for x, y, ours, theirs in zip(self.features, labels, self.files, self.label_files, strict=True):
            if len(x) != len(y):
                raise DataError(
                    f"{theirs} has {_count(len(y))}, {ours} has {len(x)}",
                    at=self.spec.mark("align"),
                    hint=ONE_LABEL if len(y) == 1 else UNEQUAL,
                )


def _numbers(blocks: list[Block], columns: list[int]) -> np.ndarray:
    try:
        return np.concatenate([block.numbers(columns) for block in blocks])
    except DataError as error:
        if error.hint == DROP:  # a key of tables: a sequence cannot do without a step
            error.hint = "fill the gap: a sequence needs all its steps"
        raise


def _count(steps: int) -> str:
    return f"{steps} step{'s' if steps != 1 else ''}"


def _shown(label: Any) -> str:
    return label if isinstance(label, str) else ", ".join(f"{value:g}" for value in label)
