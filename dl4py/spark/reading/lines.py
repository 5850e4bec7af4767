"""Records that are lines: CSV and SVMlight, of files of any size, cut between lines as Spark cuts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.places import Lines
from dl4py.data.readers.csv import Csv
from dl4py.data.readers.svmlight import SvmLight
from dl4py.data.sparse import SparseLines, plain
from dl4py.data.table import Form, Table
from dl4py.errors import DataError
from dl4py.spark.reading.files import File, files_at, listed
from dl4py.spark.reading.pieces import Piece, telling

CHUNK = 8192  # lines that become one piece
LEAST = 1 << 20  # bytes of a split: lines at the head of a file lie in its first
Split = tuple[str, int, int]  # file, first byte, bytes


def splits_of(context: Any, files: list[File], at: Any) -> tuple[Any, list[Split]]:
    """An RDD of lines, and the stretch of a file that each partition is."""
    total = sum(file.size for file in files)
    wanted = max(1, min(2 * context.defaultParallelism, total // LEAST))
    lines = context.textFile(listed(files, at), wanted)
    found = lines._jrdd.partitions()
    splits = []
    for i in range(found.size()):
        name, _, stretch = found.get(i).inputSplit().value().toString().rpartition(":")
        start, _, length = stretch.partition("+")
        splits.append((name, int(start), int(length)))
    return lines, splits


def sources_of(files: list[File], splits: list[Split]) -> list[int]:
    """The number of each split in the order of files and of lines."""
    place = {file.name: i for i, file in enumerate(files)}
    order = sorted(range(len(splits)), key=lambda i: (place[splits[i][0]], splits[i][1]))
    numbers = [0] * len(splits)
    for number, i in enumerate(order):
        numbers[i] = number
    return numbers


def csv_pieces(context: Any, reader: Csv) -> tuple[Any, int]:
    """Pieces of a CSV reader, and the number of their sources."""
    if reader.encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "ascii"):
        raise DataError(
            f"executors read lines as utf-8, not as {reader.encoding}",
            at=reader.mark("encoding"),
            hint="`read_by: driver`, or convert the files",
        )
    at = reader.mark("path")
    files = [file for file in files_at(context, reader.path, at) if file.size]
    if not files:
        raise DataError(f"{reader.path} holds no examples", at=at)
    lines, splits = splits_of(context, files, at)
    numbers, shown = sources_of(files, splits), {file.name: file.shown for file in files}
    sizes = {file.name: file.size for file in files}
    form = Form(reader.delimiter, reader.quote)
    head = reader.skip_lines + reader.header
    first = context.textFile(listed(files[:1], at), 1).take(head + 1)
    table = Table(files[0].shown, "\n".join(first), Form(form.delimiter, form.quote, reader.skip_lines, reader.header))
    columns = reader.columns(table)
    names, width = table.names, table.width

    def read(p: int, rows: Iterable[str]) -> Iterator[Piece]:
        name, start, length = splits[p]
        label = shown[name] if start == 0 else f"{shown[name]}, from byte {start}"
        rows, line = iter(rows), 1
        if start == 0 and head:
            top = list(islice(rows, head))
            if len(top) < head and length < sizes[name]:
                raise DataError(f"{shown[name]}: {head} lines at the head are too long for executors")
            if reader.header and len(top) == head:
                own = Table(label, top[-1].removeprefix("\ufeff"), Form(form.delimiter, form.quote, 0, True))
                _check_names(own, names, width, files[0].shown)
            line += head
        yield from _csv(rows, label, line, numbers[p], form, names, width, columns, reader)

    return lines.mapPartitionsWithIndex(telling(read)), len(splits)


def _check_names(own: Table, names: tuple[str, ...], width: int, first: str) -> None:
    if own.width and own.names != names:
        raise DataError(f"{own.file} has {', '.join(own.names)}; {first} has {', '.join(names) or width}")


def _csv(
    rows: Iterator[str], label: str, line: int, source: int, form: Form, names: tuple[str, ...], width: int,
    columns: tuple[list[int], list[int]], reader: Csv,
) -> Iterator[Piece]:  # fmt: skip
    offset = 0
    features, labels = columns
    while chunk := list(islice(rows, CHUNK)):
        if line == 1 or not offset:
            chunk[0] = chunk[0].removeprefix("\ufeff")
        for block in Table(label, "\n".join(chunk), form).blocks():
            block = replace(block, names=names, lines=[n + line - 1 for n in block.lines])
            if (count := len(block.records[0])) != width:
                raise DataError(f"{label}:{block.lines[0]}: {count} field{'s' if count > 1 else ''}, expected {width}")
            kept = block.complete([*features, *labels]) if reader.missing == "drop" else block
            if kept.records:
                yield _piece(kept, source, offset, features, labels, reader)
                offset += len(kept.records)
        line += len(chunk)


def _piece(block: Any, source: int, offset: int, features: list[int], labels: list[int], reader: Csv) -> Piece:
    x = block.numbers(features)
    x = x[:, None, :] if reader.series else x
    if len(labels) == 1 and not reader.regression:
        found, first, numbers = np.unique(
            np.array(block.words(labels[0]), object), return_index=True, return_inverse=True
        )
        where = tuple(f"{block.file}:{block.lines[i]}" for i in first)
        return Piece(source, offset, Batch((x,), (numbers.astype(np.int32),)), tuple(found), where)
    return Piece(source, offset, Batch((x,), (block.numbers(labels),) if labels else ()))


def svmlight_pieces(context: Any, reader: SvmLight) -> tuple[Any, int]:
    """Pieces of an SVMlight reader, and the number of their sources."""
    at = reader.mark("path")
    files = [file for file in files_at(context, reader.path, at) if file.size]
    lines, splits = splits_of(context, files, at)
    numbers, shown = sources_of(files, splits), {file.name: file.shown for file in files}

    def read(p: int, rows: Iterable[str]) -> Iterator[Piece]:
        name, start, _ = splits[p]
        label = shown[name] if start == 0 else f"{shown[name]}, from byte {start}"
        offset, rows = 0, iter(rows)
        while chunk := list(islice(rows, CHUNK)):
            made = _sparse(chunk, label, numbers[p], offset, reader)
            if made is not None:
                yield made
                offset += made.batch.size

    return lines.mapPartitionsWithIndex(telling(read)), len(splits)


def _sparse(chunk: list[str], label: str, source: int, offset: int, reader: SvmLight) -> Piece | None:
    read = SparseLines(reader.n_features, 0 if reader.zero_based else 1)
    read.file(label, "\n".join(chunk))
    if not read.lines:
        return None
    place: Lines = read.place
    counts = set(map(len, read.labels))
    if not reader.multilabel and not reader.regression and counts == {1}:
        words = [plain(words[0]) for words in read.labels]
        found, first, codes = np.unique(np.array(words, object), return_index=True, return_inverse=True)
        where = tuple(place(int(i)) for i in first)
        return Piece(source, offset, Batch((read.dense(),), (codes.astype(np.int32),)), tuple(found), where)
    labels, _ = reader.targets(read.labels, place)
    return Piece(source, offset, Batch((read.dense(),), labels))
