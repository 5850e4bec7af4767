"""Sequences of comma-separated values, one file for each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.columns import find
from dl4py.data.dataset import Dataset
from dl4py.data.places import Paths
from dl4py.data.readers.base import reader
from dl4py.data.readers.delimited import Delimited
from dl4py.data.sequences import Align, aligned, padded, paired, sequence_files
from dl4py.data.steps import Steps
from dl4py.data.table import Block, Table
from dl4py.errors import DataError
from dl4py.spec import Count, FilePath, Flag, key

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
    labels_skip_lines: Count | None = key(
        "Lines to pass over at the start of each file of labels; `skip_lines` when absent.", default=None
    )
    labels_header: Flag | None = key(
        "Whether the first line of each file of labels names its columns; `header` when absent.", default=None
    )
    label_per: Literal["step", "sequence"] = key("What a label belongs to.", default="step")
    regression: Flag = key("Labels are numbers, not classes.", default=False)
    align: Align = key(
        "`equal_length`: all sequences have as many steps. `start`: shorter ones begin with the longest, masks cover "
        "the rest. `end`: the shorter of features and labels ends where the other ends.",
        default="equal_length",
    )

    @field_validator("labels_skip_lines", "labels_header")
    @classmethod
    def _for_files_of_labels(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and "labels_path" in info.data and info.data["labels_path"] is None:
            raise PydanticCustomError(
                "labels_form", "`{name}` is about files of labels: give `labels_path`", {"name": info.field_name}
            )
        return value

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
        paths = sequence_files(self.path, self.mark("path"))
        features, labels = Steps(), Steps()
        for table in self.tables(paths):
            blocks = self._blocks(table)
            if not features.files:
                columns, label_columns = self._columns(table)
                labels.words = self._classified(label_columns)
            features.add(table, blocks, columns)
            if label_columns:
                labels.add(table, blocks, label_columns)
        if self.labels_path is not None:
            self._read_labels(paths, labels)
        return self.part(self._dataset(features, labels))

    def _read_labels(self, paths: list[Path], labels: Steps) -> None:
        at = self.mark("labels_path")
        files = paired(paths, sequence_files(self.labels_path or "", at), at)
        form = replace(
            self.form,
            skip_lines=self.skip_lines if self.labels_skip_lines is None else self.labels_skip_lines,
            header=self.header if self.labels_header is None else self.labels_header,
        )
        for table in self.tables(files, "labels_path", form):
            blocks = self._blocks(table, "labels_path", "check `labels_skip_lines` and `labels_header`")
            if not labels.files:
                columns = list(range(table.width)) if self.labels is None else self._found("labels", table)
                labels.words = self._classified(columns)
            labels.add(table, blocks, columns)

    def _columns(self, table: Table) -> tuple[list[int], list[int]]:
        """Columns of features and of labels in the files of features."""
        if self.labels_path is None:
            return self.columns(table)
        return list(range(table.width)) if self.features is None else self._found("features", table), []

    def _found(self, name: str, table: Table) -> list[int]:
        return find(getattr(self, name), table, self.mark(name))

    def _classified(self, columns: list[int]) -> bool:
        return len(columns) == 1 and not self.regression

    def _blocks(self, table: Table, key: str = "path", hint: str = "check `skip_lines` and `header`") -> list[Block]:
        if blocks := list(table.blocks()):
            return blocks
        raise DataError(f"{table.file} holds no steps", at=self.mark(key), hint=hint)

    def _dataset(self, features: Steps, labels: Steps) -> Dataset:
        if self.label_per == "sequence":
            labels.keep_one()
        y, names = labels.arrays(self.classes)
        if self.align == "equal_length":
            self._check_lengths(features, labels)
        place = Paths(tuple(features.files))
        if not y or self.label_per == "sequence":
            x, mask = padded(features.values, max(features.lengths))
            return Dataset((x,), (np.concatenate(y),) if y else (), names, place, (mask,))
        (x, mask), (z, label_mask) = aligned(features.values, y, end=self.align == "end")
        return Dataset((x,), (z,), names, place, (mask,), (label_mask,))

    def _check_lengths(self, features: Steps, labels: Steps) -> None:
        """All sequences as long as the first, and labels as long as their features."""
        first = features.lengths[0]
        for i, length in enumerate(features.lengths):
            if length != first:
                raise self._unequal(features.files[i], length, features.files[0], first, UNEQUAL)
            if labels.files and self.label_per == "step" and labels.lengths[i] != length:
                steps = labels.lengths[i]
                hint = ONE_LABEL if steps == 1 else UNEQUAL
                raise self._unequal(labels.files[i], steps, features.files[i], length, hint)

    def _unequal(self, file: str, steps: int, other: str, expected: int, hint: str) -> DataError:
        ours = f"{steps} step{'s' if steps > 1 else ''}"
        return DataError(f"{file} has {ours}, {other} has {expected}", at=self.mark("align"), hint=hint)
