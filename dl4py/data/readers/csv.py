"""Comma-separated values."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.classes import from_words, one_hot
from dl4py.data.dataset import Dataset
from dl4py.data.files import files_of
from dl4py.data.places import Lines
from dl4py.data.readers.base import reader
from dl4py.data.readers.delimited import Delimited
from dl4py.data.table import Block, Table
from dl4py.errors import DataError
from dl4py.spec import Flag, key


@reader("csv", java="org.datavec.api.records.reader.impl.csv.CSVRecordReader")
class Csv(Delimited):
    """One example per line; fields separated by one character. Gzipped files are unpacked.

    Features `[n, columns]`, or `[n, 1, columns]` where a line is a series; labels `[n, classes]` with a 1 for the
    class, or `[n, columns]` as they are where there are several columns or `regression` is set.
    """

    regression: Flag = key("Labels are numbers, not classes.", default=False)
    series: Flag = key("A line is a sequence of single values, a step in each column of features.", default=False)
    missing: Literal["error", "drop"] = key("What to do with a line where a field is empty or `?`.", default="error")

    @field_validator("labels")
    @classmethod
    def _named_for_classes(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.data.get("classes") is not None:
            raise PydanticCustomError("classes_labels", "`classes` need `labels`, the column that holds them")
        return value

    @field_validator("regression")
    @classmethod
    def _has_labels(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("classes") is not None:
            raise PydanticCustomError(
                "regression_classes", "`classes` are for labels that `regression` says are numbers"
            )
        if value and info.data.get("labels", ()) is None:
            raise PydanticCustomError("regression_labels", "a regression needs `labels`, the columns to learn")
        return value

    def load(self) -> Dataset:
        gathered = _Gathered(self)
        for table in self.tables(files_of(self.path, self.mark("path"))):
            if table.width:
                gathered.add(table)
        return self.part(gathered.dataset())


class _Gathered:
    """Numbers, words and lines of the blocks read so far."""

    def __init__(self, spec: Csv) -> None:
        self.spec = spec
        self.features: list[np.ndarray] = []
        self.labels: list[Any] = []
        self.words: list[str] = []
        self.files: list[str] = []
        self.starts: list[int] = []
        self.lines: list[int] = []

    def add(self, table: Table) -> None:
        """All examples of one file."""
        if not self.files:
            self.feature_columns, self.label_columns = self.spec.columns(table)
        self.files.append(table.file)
        self.starts.append(len(self.lines))
        columns = [*self.feature_columns, *self.label_columns]
        for block in table.blocks():
            kept = block.complete(columns) if self.spec.missing == "drop" else block
            if kept.records:
                self._add(kept)

    def _add(self, block: Block) -> None:
        self.features.append(block.numbers(self.feature_columns))
        if self._classified():
            self.words += block.words(self.label_columns[0])
        elif self.label_columns:
            self.labels.append(block.numbers(self.label_columns))
        self.lines += block.lines

    def _classified(self) -> bool:
        return len(self.label_columns) == 1 and not self.spec.regression

    def dataset(self) -> Dataset:
        """Everything as arrays."""
        spec = self.spec
        if not self.lines:
            dropped = self.files and spec.missing == "drop"
            hint = "is there a missing field in every line?" if dropped else "check `skip_lines` and `header`"
            raise DataError(f"{spec.path} holds no examples", at=spec.mark("path"), hint=hint)
        place = Lines(tuple(self.files), tuple(self.starts), np.array(self.lines))
        x = np.concatenate(self.features)
        features = (x[:, None, :] if spec.series else x,)
        if self.words:
            numbers, names = from_words(self.words, spec.classes, place)
            return Dataset(features, (one_hot(numbers, len(names)),), names, place)
        return Dataset(features, (np.concatenate(self.labels),) if self.labels else (), (), place)
