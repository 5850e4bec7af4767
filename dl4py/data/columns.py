"""Columns of a table as a spec names them: by number, by name, or as a range of numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from dl4py.data.table import Table
from dl4py.errors import DataError
from dl4py.spec import Mark

RANGE = re.compile(r"(\d+)-(\d+)")


def _several(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


_ONE = [{"type": "integer"}, {"type": "string"}]
Columns = Annotated[
    tuple[int | str, ...],
    BeforeValidator(_several),
    WithJsonSchema({"anyOf": [*_ONE, {"type": "array", "items": {"anyOf": _ONE}}]}),
]


def find(asked: Sequence[int | str], table: Table, at: Mark | None) -> list[int]:
    """The numbers of the columns that are asked for, each at most once."""
    found = [number for column in asked for number in _numbers(column, table, at)]
    for number in found:
        if found.count(number) > 1:
            raise DataError(f"column {number}{named(number, table)} is asked for twice", at=at)
    return found


def named(number: int, table: Table) -> str:
    """The name of a column as a message shows it, if it has one."""
    return f" (`{table.names[number]}`)" if table.names else ""


def _numbers(column: int | str, table: Table, at: Mark | None) -> list[int]:
    if isinstance(column, int):
        return [_inside(column, table, at)]
    if column in table.names:
        if table.names.count(column) > 1:
            raise DataError(f"{table.file} has several columns `{column}`", at=at, hint="give their numbers")
        return [table.names.index(column)]
    if ends := RANGE.fullmatch(column):
        first, last = (_inside(int(end), table, at) for end in ends.groups())
        if first > last:
            raise DataError(f"the range of columns `{column}` runs backwards", at=at)
        return list(range(first, last + 1))
    raise _unknown(column, table, at)


def _inside(number: int, table: Table, at: Mark | None) -> int:
    if not -table.width <= number < table.width:
        raise DataError(
            f"{table.file} has {table.width} columns, column {number} is asked for",
            at=at,
            hint="columns count from 0; -1 is the last",
        )
    return number % table.width


def _unknown(column: str, table: Table, at: Mark | None) -> DataError:
    hint = "write `header: true` if the first line names the columns"
    if table.names:
        near = get_close_matches(column, table.names, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"columns: {', '.join(table.names)}"
    return DataError(f"{table.file} has no column `{column}`", at=at, hint=hint)
