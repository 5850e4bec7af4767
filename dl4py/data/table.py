"""Text in rows and columns: the records of a file in blocks, every field with its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from operator import itemgetter

import numpy as np

from dl4py.errors import DataError

BLOCK = 4096
MISSING = frozenset(("", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"))
DROP = "write `missing: drop` to leave such lines out"
Record = tuple[int, list[str]]


@dataclass(frozen=True)
class Form:
    """How fields are told apart: separator, quotation mark, lines to pass over, whether a line of names follows."""

    delimiter: str = ","
    quote: str = '"'
    skip_lines: int = 0
    header: bool = False


@dataclass(frozen=True)
class Block:
    """Consecutive records of one file; `lines[i]` is the line at which record i begins."""

    file: str
    names: tuple[str, ...]
    records: list[list[str]]
    lines: list[int]
    number: Callable[[str], float]

    def complete(self, columns: Sequence[int]) -> Block:
        """The records without a missing field in these columns."""
        keep = [i for i, row in enumerate(self.records) if not any(absent(row[c]) for c in columns)]
        return replace(self, records=[self.records[i] for i in keep], lines=[self.lines[i] for i in keep])

    def words(self, column: int) -> list[str]:
        """A column as it is written, without the blanks around."""
        return [row[column].strip() for row in self.records]

    def numbers(self, columns: Sequence[int]) -> np.ndarray:
        """Columns as single-precision numbers `[records, columns]`."""
        pick = itemgetter(*columns)
        rows = map(pick, self.records)
        fields = chain.from_iterable(rows) if len(columns) > 1 else rows
        try:
            values = np.fromiter(map(self.number, fields), np.float64, len(self.records) * len(columns))
        except ValueError:
            raise self._wrong(columns) from None
        with np.errstate(over="ignore"):  # what is too large is reported below
            single = values.astype(np.float32).reshape(len(self.records), len(columns))
        if not np.isfinite(single).all():
            i, j = np.argwhere(~np.isfinite(single))[0]
            raise self._refuse(int(i), columns[j], "a finite number", "single precision reaches to 3.4e38")
        return single

    def _wrong(self, columns: Sequence[int]) -> DataError:
        for i, row in enumerate(self.records):
            for column in columns:
                try:
                    self.number(row[column])
                except ValueError:
                    hint = "choose columns of numbers with `features`"
                    if i == 0 and not self.names and not any(map(numeric, row)):
                        hint = "write `header: true` if this line names the columns, or `skip_lines`"
                    return self._refuse(i, column, "a number", hint)
        raise AssertionError("every field is a number")

    def _refuse(self, i: int, column: int, wanted: str, hint: str) -> DataError:
        field = self.records[i][column]
        if absent(field):
            hint = DROP
        named = f"column {column}" + (f" (`{self.names[column]}`)" if self.names else "")
        found = field if len(field) <= 60 else field[:60] + "…"
        return DataError(f"{self.file}:{self.lines[i]}: {named} must be {wanted}, found `{found}`", hint=hint)


class Table:
    """The records of one text; all as long as the header, or as the first of them."""

    def __init__(self, file: str, text: str, form: Form) -> None:
        self.file, self.form = file, form
        self.names: tuple[str, ...] = ()
        self._number = _strict if "_" in text else float
        self._records = self._parse(text)
        first = next(self._records, None)
        if form.header and first is not None:
            self.names = tuple(name.strip() for name in first[1])
        elif first is not None:
            self._records = chain([first], self._records)
        self.first = first[1] if first is not None else []
        self.width = len(self.first)

    def blocks(self) -> Iterator[Block]:
        """All records, some thousands at a time."""
        while part := list(islice(self._records, BLOCK)):
            lines, records = (list(column) for column in zip(*part, strict=True))
            if set(map(len, records)) != {self.width}:
                raise self._ragged(part)
            yield Block(self.file, self.names, records, lines, self._number)

    def _parse(self, text: str) -> Iterator[Record]:
        """Records with the line each begins at; empty lines hold none."""
        stream = io.StringIO(text, newline="")
        skipped = sum(1 for _ in islice(stream, self.form.skip_lines))
        parser = csv.reader(stream, delimiter=self.form.delimiter, quotechar=self.form.quote, strict=True)
        line = skipped + 1
        try:
            for fields in parser:
                if fields:
                    yield line, fields
                line = skipped + parser.line_num + 1
        except csv.Error as error:
            raise self._unreadable(line, str(error)) from None

    def _unreadable(self, line: int, why: str) -> DataError:
        quote = self.form.quote
        if why.startswith("unexpected end"):
            why = f"a quotation mark {quote} is opened and never closed"
        elif "expected after" in why:
            why = f"text follows a closing quotation mark {quote}"
        return DataError(
            f"{self.file}:{line}: {why}", hint="double a mark that is part of a field, or set `quote` to another"
        )

    def _ragged(self, part: list[Record]) -> DataError:
        line, fields = next(record for record in part if len(record[1]) != self.width)
        as_where = " as in the header" if self.names else ""
        hint = (
            f"is `{self.form.delimiter}` the separator?" if len(fields) == 1 else "quote fields that hold a separator"
        )
        count = f"{len(fields)} field{'s' if len(fields) > 1 else ''}"
        return DataError(f"{self.file}:{line}: {count}, expected {self.width}{as_where}", hint=hint)


def absent(field: str) -> bool:
    """Whether a field says that its value is not known."""
    return field.strip() in MISSING


def _strict(field: str) -> float:
    if "_" in field:  # Python's number, nobody else's
        raise ValueError
    return float(field)


def numeric(field: str) -> bool:
    """Whether a field is a number."""
    try:
        _strict(field)
    except ValueError:
        return False
    return True
