"""Comma-separated values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.classes import from_words, one_hot
from dl4py.data.columns import Columns, find, named
from dl4py.data.dataset import Dataset
from dl4py.data.files import content, decoded, files_of
from dl4py.data.places import Lines
from dl4py.data.readers.base import Reader, reader
from dl4py.data.table import Block, Form, Table
from dl4py.errors import DataError
from dl4py.spec import Count, FilePath, Flag, key


@reader("csv", java="org.datavec.api.records.reader.impl.csv.CSVRecordReader")
class Csv(Reader):
    """One example per line; fields separated by one character. Gzipped files are unpacked.

    Features `[n, columns]`; labels `[n, classes]` with a 1 for the class, or `[n, columns]` as they are where there are
    several columns or `regression` is set.
    """

    path: FilePath = key("File, folder of files, or pattern such as `part-*.csv`.")
    skip_lines: Count = key("Lines to pass over at the start of each file.", default=0)
    header: Flag = key("The first line (after those skipped) names the columns.", default=False)
    delimiter: str = key("Separator of fields.", default=",", min_length=1, max_length=1)
    quote: str = key("Quotation mark around fields that hold a separator.", default='"', min_length=1, max_length=1)
    labels: Columns | None = key(
        "Label columns, by number from 0 (negative: from the end) or by name; none when absent.", default=None
    )
    features: Columns | None = key(
        "Feature columns, by number, name, or range such as `1-4`; all others when absent.", default=None
    )
    regression: Flag = key("Labels are numbers, not classes.", default=False)
    missing: Literal["error", "drop"] = key("What to do with a line where a field is empty or `?`.", default="error")
    encoding: str = key("Encoding of the text.", default="utf-8")

    @field_validator("quote")
    @classmethod
    def _unlike_the_separator(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("delimiter"):
            raise PydanticCustomError("quote_delimiter", "`quote` and `delimiter` are the same character")
        return value

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
        for table in self._tables():
            gathered.add(table)
        return self.part(gathered.dataset())

    def _tables(self) -> Iterator[Table]:
        """The files as tables; all have the columns of the first."""
        first: Table | None = None
        form = Form(self.delimiter, self.quote, self.skip_lines, self.header)
        for path in files_of(self.path, self.mark("path")):
            table = Table(str(path), self._text(path), form)
            if table.width == 0:
                continue
            first = first or table
            if (table.width, table.names) != (first.width, first.names):
                ours, theirs = (", ".join(t.names) or f"{t.width} columns" for t in (table, first))
                raise DataError(f"{table.file} has {ours}; {first.file} has {theirs}", at=self.mark("path"))
            yield table

    def _text(self, path: Path) -> str:
        return decoded(content(path, self.mark("path")), str(path), self.encoding, self.mark("encoding"))


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
            self.feature_columns, self.label_columns = self._columns(table)
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

    def _columns(self, table: Table) -> tuple[list[int], list[int]]:
        spec = self.spec
        labels = find(spec.labels or (), table, spec.mark("labels"))
        if spec.features is None:
            features = [i for i in range(table.width) if i not in labels]
        else:
            features = find(spec.features, table, spec.mark("features"))
        for both in set(features) & set(labels):
            raise DataError(f"column {both}{named(both, table)} is a feature and a label", at=spec.mark("features"))
        if not features:
            raise DataError(f"{table.file} has no column left for features", at=spec.mark("labels"))
        return features, labels

    def dataset(self) -> Dataset:
        """Everything as arrays."""
        spec = self.spec
        if not self.lines:
            dropped = self.files and spec.missing == "drop"
            hint = "is there a missing field in every line?" if dropped else "check `skip_lines` and `header`"
            raise DataError(f"{spec.path} holds no examples", at=spec.mark("path"), hint=hint)
        place = Lines(tuple(self.files), tuple(self.starts), np.array(self.lines))
        features = (np.concatenate(self.features),)
        if self.words:
            numbers, names = from_words(self.words, spec.classes, place)
            return Dataset(features, (one_hot(numbers, len(names)),), names, place)
        return Dataset(features, (np.concatenate(self.labels),) if self.labels else (), (), place)
