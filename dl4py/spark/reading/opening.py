"""From a reader to pieces on the cluster."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from dl4py.data.classes import from_words
from dl4py.data.image_form import ImageForm
from dl4py.data.readers import Reader
from dl4py.data.readers.csv import Csv
from dl4py.data.readers.csv_sequence import UNEQUAL, CsvSequence
from dl4py.data.readers.idx import Idx
from dl4py.data.readers.image_folder import ImageFolder
from dl4py.data.readers.mnist import Mnist
from dl4py.data.readers.parquet import Parquet
from dl4py.data.readers.svmlight import SvmLight, classes_of
from dl4py.errors import DataError
from dl4py.spark.reading.lines import csv_pieces, svmlight_pieces
from dl4py.spark.reading.pieces import Pieces, numbered
from dl4py.spark.reading.tables import parquet_pieces
from dl4py.spark.reading.whole import idx_pieces, image_pieces, mnist_pieces, sequence_pieces

READERS: dict[type[Reader], Any] = {
    Csv: csv_pieces,
    SvmLight: svmlight_pieces,
    CsvSequence: sequence_pieces,
    Idx: idx_pieces,
    Mnist: mnist_pieces,
    Parquet: parquet_pieces,
}


def open_pieces(context: Any, reader: Reader, level: str = "MEMORY_AND_DISK") -> Pieces:
    """The examples of a reader, read by executors and kept at a storage level of Spark; `rows` is not yet applied."""
    from pyspark import StorageLevel

    names: tuple[str, ...] = ()
    if isinstance(reader, ImageFolder):
        raw, sources, names = image_pieces(context, reader)
    elif can_read(reader):
        raw, sources = READERS[type(reader)](context, reader)
    else:
        known = ", ".join(sorted(str(cls.type) for cls in (*READERS, ImageFolder)))  # type: ignore[attr-defined]
        raise DataError(
            f"`{reader.type}` is not read by executors",
            at=reader.mark(),
            hint=f"read_by: driver; executors read {known}",
        )
    raw = raw.persist(getattr(StorageLevel, level))
    images = ImageForm.of(reader) if isinstance(reader, ImageFolder) else None
    pieces = numbered(raw, sources, partial(_named, reader, names), images, str(getattr(reader, "path", reader.type)))
    if isinstance(reader, CsvSequence) and reader.align == "equal_length" and pieces.steps[0] < pieces.steps[1]:
        least, most = pieces.steps
        raise DataError(
            f"sequences of {reader.path} have {least} to {most} steps", at=reader.mark("align"), hint=UNEQUAL
        )
    return replace(pieces, kept=raw)


def can_read(reader: Reader) -> bool:
    """Whether executors read this kind of data."""
    return type(reader) in READERS or isinstance(reader, ImageFolder)


def refuse_drawn(reader: Reader | None) -> None:
    """Refuses to train on images that are drawn anew in each epoch: executors read images as they are judged."""
    transforms = reader.transforms if isinstance(reader, ImageFolder) else ()
    varying = next((t for t in transforms if t.varies), None)
    if varying is not None:
        raise DataError(
            f"`{varying.type}` draws images anew in each epoch, which executors do not",
            at=varying.mark(),
            hint="`read_by: driver`, or leave random transforms out",
        )


def _named(
    reader: Reader, folders: tuple[str, ...], found: dict[str, str], examples: int
) -> tuple[np.ndarray, tuple[str, ...]]:
    """The number of each word that labels are written as, and the names of the classes."""
    words = list(found)

    def place(i: int) -> str:
        return found[words[i]]

    if isinstance(reader, ImageFolder):
        classes = reader.names_of(folders)
        return np.array([classes.index(word) for word in words]), classes
    if isinstance(reader, SvmLight):
        return classes_of(words, reader.classes, place, examples)
    classes_given = 10 if isinstance(reader, Mnist) and reader.classes is None else reader.classes
    return from_words(words, classes_given, place, examples)
