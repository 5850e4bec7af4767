"""Data of the cluster: RDDs and DataFrames from Python, and files that executors read with dl4py's readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.classes import one_hot
from dl4py.data.readers import Reader
from dl4py.errors import DataError
from dl4py.spark.blocks import Blocks
from dl4py.spark.reading.opening import refuse_drawn
from dl4py.spark.reading.parts import open_part

ROWS = 1024  # rows of a DataFrame that become one block


def from_rdd(rdd: Any, class_names: Sequence[str] = ()) -> Blocks:
    """Examples of an RDD: batches, or ``(features, labels)`` of one example each, with masks behind them."""
    return Blocks(rdd.map(_batch), tuple(class_names))


def from_dataframe(
    frame: Any, features: Sequence[str], labels: str | Sequence[str] | None = None, *,
    classes: Sequence[Any] | None = None, regression: bool = False,
) -> Blocks:  # fmt: skip
    """Rows of a DataFrame, also of Parquet: columns of numbers, of arrays, or of Spark's vectors.

    One label column holds classes, found where `classes` does not list them, unless `regression` is set; several
    hold numbers.
    """
    names = [labels] if isinstance(labels, str) else list(labels or ())
    for name in [*features, *names]:
        if name not in frame.columns:
            raise DataError(f"the DataFrame has no column `{name}`", hint=f"columns: {', '.join(frame.columns)}")
    classified = len(names) == 1 and not regression
    if classified and classes is None:
        found = frame.select(names[0]).distinct().collect()
        values = [row[0] for row in found]
        if None in values:
            raise DataError(f"the column `{names[0]}` has rows without a label", hint="drop them first")
        classes = sorted(values)
    known = {value: i for i, value in enumerate(classes or ())}
    columns, width = list(features), len(features)
    rows = frame.select(*columns, *names).rdd
    return Blocks(
        rows.mapPartitions(lambda part: _blocks(part, width, names, known if classified else None)),
        tuple(map(str, classes or ())) if classified else (),
    )


def from_reader(context: Any, reader: Reader) -> Blocks:
    """The examples of a reader, read by executors from any path that Spark reads, in the order of files and lines."""
    refuse_drawn(reader)
    part = open_part(context, reader)
    return Blocks(part.blocks(context, ROWS).map(lambda block: block[1]), part.class_names)


def _batch(item: Any) -> Batch:
    if isinstance(item, Batch):
        return item
    if not 1 <= len(item) <= 4 or item[0] is None:
        raise DataError(
            "an example is (features, labels, feature mask, label mask); what stands behind may be left out"
        )
    columns: list[Any] = [() if a is None else (np.asarray(a, np.float32)[None],) for a in item]
    return Batch(*columns)


def _blocks(rows: Iterable[Any], width: int, names: list[str], known: dict[Any, int] | None) -> Iterator[Batch]:
    held: list[Any] = []
    for row in rows:
        held.append(row)
        if len(held) == ROWS:
            yield _block(held, width, names, known)
            held = []
    if held:
        yield _block(held, width, names, known)


def _block(rows: list[Any], width: int, names: list[str], known: dict[Any, int] | None) -> Batch:
    x = np.array([np.concatenate([_values(v) for v in row[:width]]) for row in rows], np.float32)
    if not names:
        return Batch((x,))
    if known is None:
        return Batch((x,), (np.array([np.concatenate([_values(v) for v in row[width:]]) for row in rows], np.float32),))
    try:
        numbers = np.array([known[row[width]] for row in rows])
    except KeyError as error:
        raise DataError(
            f"the label {error.args[0]!r} of column `{names[0]}` is none of the classes",
            hint=f"classes: {', '.join(map(str, known))}",
        ) from None
    return Batch((x,), (one_hot(numbers, len(known)),))


def _values(value: Any) -> np.ndarray:
    """A number, an array or a vector as numbers."""
    if value is None:
        raise DataError("a row has a feature without a value", hint="drop or fill such rows first")
    return np.atleast_1d(np.asarray(value.toArray() if hasattr(value, "toArray") else value, np.float32))
