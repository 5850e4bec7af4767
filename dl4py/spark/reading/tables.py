"""Parquet, read by Spark itself, a row with its number in its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.readers.parquet import Parquet, numbers_of, words_of
from dl4py.spark.reading.files import WILD, files_at
from dl4py.spark.reading.pieces import Piece, telling

ROWS = 2048  # rows that become one piece


def parquet_pieces(context: Any, reader: Parquet) -> tuple[Any, int]:
    """Pieces of the rows of a file each, and the number of files."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.getOrCreate()
    files = files_at(context, reader.path, reader.mark("path"))
    frame = session.read.parquet(*(WILD.sub(r"\\\1", file.name) for file in files))
    features, labels = reader.columns(frame.columns, reader.path)
    place = {file.path: i for i, file in enumerate(files)}
    names = {str(file.path): (place[file.path], file.shown) for file in files}
    width = len(features)
    wanted = [f"`{name}`" for name in (*features, *labels)]
    rows = frame.select(*wanted, "_metadata.file_path", "_metadata.row_index").rdd

    def read(part: Iterable[Any]) -> Iterator[Piece]:
        part = iter(part)
        while chunk := list(islice(part, ROWS)):
            for run in _runs(chunk):
                number, shown = names[_path(run[0][-2])]
                yield _piece(run, number, shown, features, labels, width, reader)

    return rows.mapPartitions(telling(read)), len(files)


def _path(uri: str) -> str:
    from dl4py.spark.reading.files import File

    return str(File(unquote(uri), 0).path)


def _runs(rows: list[Any]) -> Iterator[list[Any]]:
    """Rows that follow each other in one file."""
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i][-2] != rows[i - 1][-2] or rows[i][-1] != rows[i - 1][-1] + 1:
            yield rows[start:i]
            start = i


def _piece(
    rows: list[Any], number: int, shown: str, features: list[str], labels: list[str], width: int, reader: Parquet
) -> Piece:
    columns = list(zip(*rows, strict=True))
    x = np.hstack([numbers_of(column, name, shown) for column, name in zip(columns, features, strict=False)])
    offset = int(rows[0][-1])
    if reader.classified:
        words = words_of(columns[width], labels[0], shown)
        found, first, codes = np.unique(np.array(words, object), return_index=True, return_inverse=True)
        where = tuple(f"{shown}: row {offset + i}" for i in first)
        return Piece(number, offset, Batch((x,), (codes.astype(np.int32),)), tuple(found), where)
    y = [numbers_of(column, name, shown) for column, name in zip(columns[width:], labels, strict=False)]
    return Piece(number, offset, Batch((x,), (np.hstack(y),) if y else ()))
