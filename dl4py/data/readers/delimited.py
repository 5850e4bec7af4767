"""What readers of separated fields have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.columns import Columns, find, named
from dl4py.data.files import content, decoded
from dl4py.data.readers.base import Reader
from dl4py.data.table import Form, Table
from dl4py.errors import DataError
from dl4py.spec import Count, FilePath, Flag, key


class Delimited(Reader):
    """Text files whose lines hold fields, separated by one character."""

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
    encoding: str = key("Encoding of the text.", default="utf-8")

    @field_validator("quote")
    @classmethod
    def _unlike_the_separator(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("delimiter"):
            raise PydanticCustomError("quote_delimiter", "`quote` and `delimiter` are the same character")
        return value

    @property
    def form(self) -> Form:
        """How a line falls into fields, and what stands before the first record."""
        return Form(self.delimiter, self.quote, self.skip_lines, self.header)

    def tables(self, paths: Sequence[Path], key: str = "path", form: Form | None = None) -> Iterator[Table]:
        """The files as tables, empty ones too; all others have the columns of the first."""
        first: Table | None = None
        form = form or self.form
        for path in paths:
            text = decoded(content(path, self.mark(key)), str(path), self.encoding, self.mark("encoding"))
            table = Table(str(path), text, form)
            if table.width:
                first = first or table
                if (table.width, table.names) != (first.width, first.names):
                    ours, theirs = (", ".join(t.names) or f"{t.width} columns" for t in (table, first))
                    raise DataError(f"{table.file} has {ours}; {first.file} has {theirs}", at=self.mark(key))
            yield table

    def columns(self, table: Table) -> tuple[list[int], list[int]]:
        """The numbers of the columns of features, and of those of labels."""
        labels = find(self.labels or (), table, self.mark("labels"))
        if self.features is None:
            features = [i for i in range(table.width) if i not in labels]
        else:
            features = find(self.features, table, self.mark("features"))
        for both in set(features) & set(labels):
            raise DataError(f"column {both}{named(both, table)} is a feature and a label", at=self.mark("features"))
        if not features:
            raise DataError(f"{table.file} has no column left for features", at=self.mark("labels"))
        return features, labels
