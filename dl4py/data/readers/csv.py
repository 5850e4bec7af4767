"""Comma-separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema

from dl4py.data.dataset import Dataset
from dl4py.data.readers.base import Reader, content, missing, reader
from dl4py.errors import DataError
from dl4py.spec import AsTuple, Count, FilePath, Flag, Size, key

Column = int | str


def _columns(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


_ONE = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
Columns = Annotated[
    tuple[Column, ...],
    BeforeValidator(_columns),
    WithJsonSchema({"anyOf": [*_ONE["anyOf"], {"type": "array", "items": _ONE}]}),
]


@reader("csv", java="org.datavec.api.records.reader.impl.csv.CSVRecordReader")
class Csv(Reader):
    """One example per line; fields separated by one character. Gzipped files are unpacked."""

    path: FilePath = key("File, folder of files, or pattern such as `part-*.csv`.")
    skip_lines: Count = key("Lines to pass over at the start of each file.", default=0)
    header: Flag = key("The first line (after those skipped) names the columns.", default=False)
    delimiter: str = key("Separator of fields.", default=",", min_length=1, max_length=1)
    quote: str = key("Quotation mark around fields that hold a separator.", default='"', min_length=1, max_length=1)
    labels: Columns | None = key(
        "Label columns, by number from 0 (negative: from the end) or by name; none when absent.", default=None
    )
    features: Columns | None = key("Feature columns, by number or name; all others when absent.", default=None)
    classes: Annotated[Size | tuple[str, ...] | None, AsTuple] = key(
        "Number of classes, or their names in order; found when absent.", default=None
    )
    regression: Flag = key("Labels are numbers, not classes.", default=False)
    missing: Literal["error", "drop"] = key("What to do with an empty or `?` field.", default="error")
    encoding: str = key("Encoding of the text.", default="utf-8")

    def load(self) -> Dataset:
        files = [self._file(path) for path in self._paths()]
        names = files[0].names
        rows = [row for file in files for row in file.rows]
        lines = [(file.path, line) for file in files for line in file.lines]
        if not rows:
            raise DataError(
                f"{self.path} holds no examples", at=self.mark("path"), hint="check `skip_lines` and `header`"
            )
        table = _Table(rows, lines, names)
        label_columns = table.find(self.labels or (), self)
        feature_columns = (
            table.find(self.features, self)
            if self.features is not None
            else [i for i in range(table.width) if i not in label_columns]
        )
        if self.missing == "drop":
            table = table.complete([*feature_columns, *label_columns])
        features = table.numbers(feature_columns)
        labels, class_names = self._labels(table, label_columns)
        data = Dataset((features,), labels, class_names, table.place)
        return self.part(data)

    def _labels(self, table: _Table, columns: list[int]) -> tuple[tuple[np.ndarray, ...], tuple[str, ...]]:
        if not columns:
            return (), ()
        if self.regression or len(columns) > 1:
            return (table.numbers(columns),), ()
        index, names = self._classes(table, columns[0])
        one_hot = np.zeros((len(index), len(names)), np.float32)
        one_hot[np.arange(len(index)), index] = 1.0
        return (one_hot,), names

    def _classes(self, table: _Table, column: int) -> tuple[np.ndarray, tuple[str, ...]]:
        words = [row[column].strip() for row in table.rows]
        whole = all(_whole(word) for word in words)
        if not whole or (isinstance(self.classes, tuple) and set(words) & set(self.classes)):
            names = self.classes if isinstance(self.classes, tuple) else tuple(sorted(set(words)))
            if isinstance(self.classes, int) and len(names) != self.classes:
                raise DataError(
                    f"{self.path}: {len(names)} different labels ({', '.join(names[:5])}), `classes` says {self.classes}",
                    at=self.mark("classes"),
                )
            known = {name: i for i, name in enumerate(names)}
            for i, word in enumerate(words):
                if word not in known:
                    near = get_close_matches(word, names, n=1)
                    raise DataError(
                        f"{table.place(i)}: the label `{word}` is none of the classes",
                        hint=f"did you mean `{near[0]}`?" if near else f"classes: {', '.join(names)}",
                    )
            return np.array([known[word] for word in words]), tuple(names)
        numbers = np.array([int(float(word)) for word in words])
        given = self.classes
        count = len(given) if isinstance(given, tuple) else given or int(numbers.max()) + 1
        wrong = np.flatnonzero((numbers < 0) | (numbers >= count))
        if len(wrong):
            raise DataError(
                f"{table.place(int(wrong[0]))}: the label is {numbers[wrong[0]]}, expected 0 to {count - 1}",
                hint="labels count from 0; `classes` gives their number",
            )
        return numbers, given if isinstance(given, tuple) else tuple(str(i) for i in range(count))

    def _paths(self) -> list[Path]:
        path = Path(self.path)
        if path.is_dir():
            found = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith((".", "_")))
        elif any(c in path.name for c in "*?["):
            found = sorted(path.parent.glob(path.name))
        elif path.exists():
            return [path]
        else:
            raise missing(path)
        if not found:
            raise DataError(f"no file fits {path}", at=self.mark("path"))
        return found

    def _file(self, path: Path) -> _File:
        data = content(path)
        try:
            text = data.decode(self.encoding).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError) as error:
            raise DataError(
                f"{path} is not {self.encoding} text: {error}",
                at=self.mark("encoding"),
                hint="set `encoding`, for example latin-1",
            ) from None
        if "\0" in text:
            raise DataError(f"{path} is a binary file, not text")
        return _File.read(path, text, self)


class _File:
    def __init__(self, path: Path, names: list[str] | None, rows: list[list[str]], lines: Sequence[int]) -> None:
        self.path, self.names, self.rows, self.lines = path, names, rows, lines

    @classmethod
    def read(cls, path: Path, text: str, spec: Csv) -> _File:
        """Rows of fields with the lines they end at; every row must be as long as the first."""
        parser = csv.reader(io.StringIO(text, newline=""), delimiter=spec.delimiter, quotechar=spec.quote)
        rows: list[list[str]] = []
        lines: list[int] = []
        names: list[str] | None = None
        try:
            for i, row in enumerate(parser):
                if i < spec.skip_lines or not row:
                    continue
                if spec.header and names is None:
                    names = [name.strip() for name in row]
                    continue
                rows.append(row)
                lines.append(parser.line_num)
        except csv.Error as error:
            raise DataError(f"{path}:{parser.line_num} is not CSV: {error}") from None
        width = len(names or (rows[0] if rows else []))
        for row, line in zip(rows, lines, strict=True):
            if len(row) != width:
                raise DataError(
                    f"{path}:{line}: {len(row)} fields, expected {width}" + (" as in the header" if names else ""),
                    hint=f"is the separator `{spec.delimiter}`?"
                    if len(row) == 1
                    else "a field with a separator needs quotes",
                )
        return cls(path, names, rows, lines)


class _Table:
    def __init__(self, rows: list[list[str]], lines: list[tuple[Path, int]], names: list[str] | None) -> None:
        self.rows, self.lines, self.names = rows, lines, names
        self.width = len(rows[0])

    def place(self, i: int) -> str:
        """File and line of example i."""
        path, line = self.lines[i]
        return f"{path}:{line}"

    def called(self, column: int) -> str:
        """A column as a message names it."""
        return f"column {column + 1}" + (f" (`{self.names[column]}`)" if self.names else "")

    def find(self, columns: Columns, spec: Csv) -> list[int]:
        """Column numbers of numbers and names."""
        found = []
        for column in columns:
            if isinstance(column, str):
                if column not in (self.names or []):
                    near = get_close_matches(column, self.names or [], n=1)
                    hint = f"did you mean `{near[0]}`?" if near else f"columns: {', '.join(self.names or [])}"
                    raise DataError(
                        f"{self.lines[0][0]} has no column `{column}`",
                        at=spec.mark(),
                        hint=hint if self.names else "write `header: true` if the first line names the columns",
                    )
                found.append((self.names or []).index(column))
            elif not -self.width <= column < self.width:
                raise DataError(
                    f"{self.lines[0][0]} has {self.width} columns, column {column} is asked for",
                    at=spec.mark(),
                    hint="columns count from 0; -1 is the last",
                )
            else:
                found.append(column % self.width)
        return found

    def complete(self, columns: Sequence[int]) -> _Table:
        """The rows without a missing field."""
        keep = [i for i, row in enumerate(self.rows) if not any(_missing(row[c]) for c in columns)]
        return _Table([self.rows[i] for i in keep], [self.lines[i] for i in keep], self.names)

    def numbers(self, columns: Sequence[int]) -> np.ndarray:
        """Columns as single-precision numbers."""
        chosen = [[row[c] for c in columns] for row in self.rows] if len(columns) < self.width else self.rows
        try:
            values = np.array(chosen, dtype=np.float64).astype(np.float32)
        except ValueError:
            raise self._wrong(columns) from None
        if not np.isfinite(values).all():
            i, j = np.argwhere(~np.isfinite(values))[0]
            raise DataError(
                f"{self.place(int(i))}: {self.called(columns[j])} must be a finite number, found `{self.rows[i][columns[j]]}`"
            )
        return values

    def _wrong(self, columns: Sequence[int]) -> DataError:
        for i, row in enumerate(self.rows):
            for column in columns:
                try:
                    float(row[column])
                except ValueError:
                    hint = "choose columns of numbers with `features`"
                    if _missing(row[column]):
                        hint = "write `missing: drop` to leave such lines out"
                    elif i == 0:
                        hint = "write `header: true` if the first line names the columns, or `skip_lines: 1`"
                    return DataError(
                        f"{self.place(i)}: {self.called(column)} must be a number, found `{row[column]}`", hint=hint
                    )
        raise AssertionError("every field is a number")


def _missing(field: str) -> bool:
    return field.strip() in ("", "?", "NA", "NaN", "nan", "null")


def _whole(word: str) -> bool:
    try:
        return float(word) == int(float(word))
    except ValueError:
        return False
