"""Commands that compute on Spark: where the cluster is, what executors read, and files that they write."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import numpy as np

from dl4py.cli.answers import Answer, csv_of, jsonl_of
from dl4py.data.batch import Batch
from dl4py.errors import DataError, DL4PyError

Answering = Callable[[Any, Batch], list[Answer]]


@contextmanager
def cluster(master: str | None) -> Iterator[Any]:
    """Spark's context where a master is named or spark-submit runs, else None; what Spark raises is told in short."""
    if master is None and "PYSPARK_GATEWAY_PORT" not in os.environ:
        yield None
        return
    from dl4py.spark.session import close_session, open_session
    from dl4py.spark.transports.jobs import spark_errors

    session = open_session(master)
    try:
        with spark_errors():
            yield session.sparkContext
    finally:
        close_session(session)


def answered(context: Any, network: Any, blocks: Any, answering: Answering) -> Any:
    """An RDD of ``(number of the first example, answers, files)``."""
    from dl4py.spark.inference import on_blocks

    def work(network: Any, part: Iterable[Any]) -> Iterator[Any]:
        for first, batch, files in part:
            yield first, answering(network, batch), files

    return on_blocks(context, network, blocks, work)


def layer_of(layer: str, network: Any, batch: Batch) -> list[Answer]:
    """The activations of a layer."""
    from dl4py.cli.predictions import features_of

    return [features_of(network, batch, layer)]


def score_of(penalties: bool, network: Any, batch: Batch) -> list[Answer]:
    """The score of each example."""
    from dl4py.evaluation.scoring import scores_of

    if not batch.labels:
        raise DataError("the data has no labels to compare with", hint="name them with `labels`")
    return [Answer("score", scores_of(network, batch, penalties), ("score",))]


def summed(item: Any) -> Any:
    """Sum and number of the scores of a block."""
    return item if isinstance(item, DL4PyError) else (float(item[1][0].y.sum()), len(item[1][0].y))


def data_on(context: Any, spec: Any, source: Any) -> Any:
    """Labelled data, read by executors; by the driver what they cannot read, or where the spec says so."""
    from dl4py.cli import console
    from dl4py.data.config import DataConfig
    from dl4py.evaluation.judging import as_dataset
    from dl4py.spark.reading.opening import can_read
    from dl4py.spark.reading.parts import open_part, open_parts

    config = isinstance(source, DataConfig)
    readers = [source.train, source.validation, source.test] if config else [source]
    strange = next((reader for reader in readers if reader is not None and not can_read(reader)), None)
    if strange is not None or (spec is not None and spec.spark.read_by == "driver"):
        if strange is not None:
            console.say(f"the driver reads `{strange.type}`: executors cannot")
        return as_dataset(source).at_rest()
    if not config:
        return open_part(context, source)
    parts = open_parts(context, source.but(normalizer=None))
    return parts.test or parts.validation or parts.train


def refuse_local(form: str, source: str | None) -> None:
    """Parquet needs Spark."""
    if "parquet" in (form, source):
        raise click.UsageError("Parquet is read and written on Spark: give --master, for example local[2].")


def write(context: Any, found: Any, output: str, form: str, classes: bool = False) -> None:
    """Writes answers as a folder of part files in the order of the examples, or to standard output."""
    if form == "npz" or (output == "-" and form == "parquet"):
        raise click.UsageError(f"Spark does not write {form} to {output}: name a folder, and csv, jsonl or parquet.")
    if output == "-":
        _show(found, form, classes)
        return
    _free(context, output)
    if form == "parquet":
        _parquet(found, output)
        return
    kept = found.persist(level())
    _check(kept)
    kept.mapPartitions(lambda part: _lines(part, form, classes)).saveAsTextFile(output)
    kept.unpersist()


def level() -> Any:
    """Where executors keep answers until they are written."""
    from pyspark import StorageLevel

    return StorageLevel.MEMORY_AND_DISK


def _free(context: Any, output: str) -> None:
    path = context._jvm.org.apache.hadoop.fs.Path(output)
    if path.getFileSystem(context._jsc.hadoopConfiguration()).exists(path):
        raise DataError(f"{output} exists already", hint="Spark writes a folder of parts: name a new one")


def _check(found: Any) -> None:
    """Computes everything; raises the first error that an executor told."""
    for error in found.filter(lambda item: isinstance(item, DL4PyError)).take(1):
        raise error


def _show(found: Any, form: str, classes: bool) -> None:
    from dl4py.spark.inference import told

    for i, (_, answers, files) in enumerate(told(found.toLocalIterator())):
        head, text = _text(answers, files, form, classes)
        sys.stdout.write((head if i == 0 else "") + text)
    sys.stdout.flush()


def _text(answers: Sequence[Answer], files: Sequence[str], form: str, classes: bool) -> tuple[str, str]:
    classes = classes and any(answer.best is not None for answer in answers)
    return ("", jsonl_of(answers, files, classes)) if form == "jsonl" else csv_of(answers, files, classes)


def _lines(part: Iterable[Any], form: str, classes: bool) -> Iterator[str]:
    """The lines of a part file, which begins with the names."""
    for i, (_, answers, files) in enumerate(part):
        head, text = _text(answers, files, form, classes)
        yield from (head if i == 0 else "").splitlines()
        yield from text.splitlines()


def _parquet(found: Any, output: str) -> None:
    """A row for each example: its number, its file where it has one, class and numbers of each output."""
    from pyspark.sql import SparkSession

    kept = found.persist(level())
    _check(kept)
    first = kept.first()
    schema = _schema(first[1], bool(first[2]))
    rows = kept.flatMap(lambda item: _rows(*item))
    SparkSession.builder.getOrCreate().createDataFrame(rows, schema).write.parquet(output)
    kept.unpersist()


def _schema(answers: Sequence[Answer], files: bool) -> Any:
    from pyspark.sql import types as t

    fields = [t.StructField("example", t.LongType(), False)]
    fields += [t.StructField("file", t.StringType(), False)] if files else []
    for answer in answers:
        single = len(answers) == 1
        if answer.best is not None:
            fields.append(t.StructField("class" if single else f"{answer.output}_class", t.StringType(), False))
        kind: Any = t.DoubleType() if answer.y.ndim == 1 else t.ArrayType(t.FloatType(), False)
        fields.append(t.StructField(answer.output, kind, False))
    return t.StructType(fields)


def _rows(first: int, answers: Sequence[Answer], files: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    values = [a.y.tolist() if a.y.ndim == 1 else np.asarray(a.rows, np.float32).tolist() for a in answers]
    for i in range(len(answers[0].y)):
        row: list[Any] = [first + i, files[i]] if files else [first + i]
        for answer, numbers in zip(answers, values, strict=True):
            row += [answer.best[i]] if answer.best is not None else []
            row.append(numbers[i])
        yield tuple(row)
