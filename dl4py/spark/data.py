"""Data of the cluster: RDDs and DataFrames from Python, and files that executors read with dl4py's readers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.classes import one_hot
from dl4py.data.readers import Reader
from dl4py.errors import DataError
from dl4py.spark.blocks import Blocks

ROWS = 1024  # rows of a DataFrame that become one block
READERS = ("csv", "svmlight", "image_folder", "csv_sequence")


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


def from_reader(context: Any, reader: Reader, partitions: int | None = None) -> Blocks:
    """The files of a reader, read by executors from any path that Spark reads; classes are found in a first pass.

    Files go to the executors whole, in the order of their names.
    """
    if reader.type not in READERS or getattr(reader, "labels_path", None) is not None or reader.rows is not None:
        raise DataError(
            f"`{reader.type}` with these keys cannot be read by executors",
            at=reader.mark(),
            hint=f"read by executors: {', '.join(READERS)}, without `rows` and `labels_path`",
        )
    path = str(getattr(reader, "path"))  # noqa: B009
    deep = f"{path}/*" if reader.type == "image_folder" else path
    wanted = partitions or context.defaultParallelism
    names = sorted(context.binaryFiles(deep).keys().collect())
    if not names:
        raise DataError(f"{path} holds no files", at=reader.mark("path"))
    place = {name: i for i, name in enumerate(names)}
    count = min(wanted, len(names))
    files = context.binaryFiles(deep).map(lambda file: (place[file[0]] * count // len(names), (place[file[0]], file)))
    spread = files.partitionBy(count, int).values()
    if reader.classes is None or isinstance(reader.classes, int):
        first = reader.but(classes=None)
        found = spread.mapPartitions(lambda part: [_read(part, first).class_names]).collect()
        every = sorted({name for part in found for name in part}, key=_numbers_first)
        reader = reader.but(classes=tuple(every)) if every else reader
    read = spread.mapPartitions(lambda part: iter(_read(part, reader)))
    return Blocks(read, tuple(reader.classes) if isinstance(reader.classes, tuple) else ())


def _numbers_first(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isdigit() else (0, name)


def _read(files: Iterable[Any], reader: Reader) -> Any:
    """The examples of some files, in a folder where they have the names they had."""
    with tempfile.TemporaryDirectory() as folder:
        deep = reader.type == "image_folder"
        for _, (name, data) in sorted(files, key=lambda item: item[0]):
            parts = PurePosixPath(name).parts
            target = Path(folder, *parts[-2:]) if deep else Path(folder, parts[-1])
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
        data = reader.but(path=folder).load()
        return _Whole(data.class_names, list(data))


class _Whole:
    """Batches that are read already, and the names of their classes."""

    def __init__(self, class_names: tuple[str, ...], batches: list[Batch]) -> None:
        self.class_names, self.batches = class_names, batches

    def __iter__(self) -> Iterator[Batch]:
        return iter(self.batches)


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
