"""Features without labels, read by executors: what `predict` and `featurize` take on one machine, as far as it can be
cut.
"""

from __future__ import annotations

from typing import Any

from dl4py.data.image_form import ImageForm
from dl4py.data.images import ENDINGS
from dl4py.data.readers.csv import Csv
from dl4py.data.readers.csv_sequence import CsvSequence
from dl4py.data.readers.idx import Idx
from dl4py.data.readers.parquet import Parquet
from dl4py.data.table import Form, Table, numeric
from dl4py.errors import DataError
from dl4py.network.network import Network
from dl4py.shapes import Recurrent
from dl4py.spark.reading.files import File, files_at, found_at, head_of, listed
from dl4py.spark.reading.parts import Part, open_part
from dl4py.spark.reading.pieces import numbered
from dl4py.spark.reading.whole import SEQUENCE_FILE, images_at, pixel_pieces

FORMS = ("csv", "idx", "parquet")


def features_on(context: Any, network: Network, path: str, form: str | None, images: ImageForm | None) -> Part:
    """The examples of a path: CSV, Parquet, idx, images, or sequences in a file each where the network takes them."""
    found = found_at(context, path, None) or files_at(context, path, None, deep=True)
    if form is None and (found[0].path.suffix.lower() in ENDINGS or head_of(context, found[0], 3) == SEQUENCE_FILE):
        return _images(context, path, images)
    form = form or form_of(context, found[0])
    if form not in FORMS:
        raise DataError(f"executors do not read {form}", hint=f"read are {', '.join(FORMS)} and images")
    if form == "parquet":
        return open_part(context, Parquet(path=path))
    if form == "idx":
        return open_part(context, Idx(features=path))
    if isinstance(network.graph.shapes[0], Recurrent) and [file.name for file in found] != [path]:
        return open_part(context, CsvSequence(path=path, align="start"))
    first = context.textFile(listed(found[:1], None), 1).take(1)
    table = Table(found[0].shown, "\n".join(first), Form())
    return open_part(context, Csv(path=path, header=bool(table.first) and not any(map(numeric, table.first))))


def _images(context: Any, path: str, form: ImageForm | None) -> Part:
    if form is None:
        raise DataError(f"{path} holds images, the model takes none", hint="give numbers: CSV or Parquet")
    bytes_of, files = images_at(context, path, None, folders=False)
    from pyspark import StorageLevel

    raw = pixel_pieces(bytes_of, files, form, labelled=False).persist(StorageLevel.MEMORY_AND_DISK)
    pieces = numbered(raw, len(files), None, form, path)
    return Part(pieces, 0, len(pieces), len(pieces))


def form_of(context: Any, file: File) -> str:
    """The form that a file's name or its first bytes show."""
    if file.path.suffix == ".parquet":
        return "parquet"
    head = head_of(context, file, 6)
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:2] == b"PK":
        return "npz"
    if head == b"\x93NUMPY":
        return "npy"
    if head[:2] == b"\0\0" or "idx" in file.path.name:
        return "idx"
    return "jsonl" if head.lstrip()[:1] in (b"[", b"{") else "csv"
