"""Files that go to one executor whole: images, sequences, and the two files of an idx set."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.drawn import image_of
from dl4py.data.files import unpacked
from dl4py.data.idx import parse_idx
from dl4py.data.image_form import ImageForm
from dl4py.data.images import ENDINGS
from dl4py.data.readers.csv_sequence import CsvSequence
from dl4py.data.readers.idx import Idx
from dl4py.data.readers.image_folder import ImageFolder
from dl4py.data.readers.mnist import BLACK, NAMES, Mnist
from dl4py.data.sequences import in_order
from dl4py.errors import DataError
from dl4py.spark.reading.files import HIDDEN, File, files_at, found_at, head_of, listed
from dl4py.spark.reading.pieces import Piece, telling

CHUNK = 4096  # images of an idx file that become one piece
SEQUENCE_FILE = b"SEQ"  # how Hadoop's files of names and contents begin


def contents(context: Any, files: list[File], at: Any) -> Any:
    """An RDD of the number of each file in the list, with its bytes."""
    place = {file.name: i for i, file in enumerate(files)}
    return context.binaryFiles(listed(files, at)).map(lambda file: (place[file[0]], file[1]))


def packed(context: Any, path: str, at: Any) -> tuple[Any, list[File]] | None:
    """The files inside of SequenceFiles of names and contents, as if they lay in folders; None where there are none."""
    found = found_at(context, path, at)
    if not found or head_of(context, found[0], 3) != SEQUENCE_FILE:
        return None
    records = context.sequenceFile(listed(found, at)).map(lambda item: (str(item[0]), bytes(item[1])))
    names = sorted(records.keys().collect())
    if len(set(names)) < len(names):
        twice = next(a for a, b in pairwise(names) if a == b)
        raise DataError(f"{found[0].shown} holds two files `{twice}`", at=at)
    place = {name: i for i, name in enumerate(names)}
    return records.map(lambda item: (place[item[0]], item[1])), [File(name, 0) for name in names]


def image_pieces(context: Any, reader: ImageFolder) -> tuple[Any, int, tuple[str, ...]]:
    """Pieces of one image each, as they are judged; their number, and the names of the folders."""
    at = reader.mark("path")
    bytes_of, files = images_at(context, reader.path, at, folders=True)
    pieces = pixel_pieces(bytes_of, files, ImageForm.of(reader), labelled=True)
    return pieces, len(files), tuple(sorted({file.path.parent.name for file in files}))


def images_at(context: Any, path: str, at: Any, *, folders: bool) -> tuple[Any, list[File]]:
    """The bytes of images by number, and their files: those of SequenceFiles, of folders inside, or of the path."""
    inside = packed(context, path, at)
    if inside is not None:
        return inside
    found = [] if folders else _images_of(found_at(context, path, at))
    files = found or _images_of(found_at(context, path, at, deep=True))
    if not files:
        raise DataError(f"Spark finds no {'folders of ' if folders else ''}images at {path}", at=at)
    return contents(context, files, at), files


def _images_of(files: list[File]) -> list[File]:
    return [f for f in files if f.path.suffix.lower() in ENDINGS and not f.path.name.startswith(HIDDEN)]


def pixel_pieces(bytes_of: Any, files: list[File], form: ImageForm, *, labelled: bool) -> Any:
    """Pieces of one image each; the label is the name of its folder."""
    named = [(file.shown, file.path.parent.name) for file in files]

    def read(items: Iterable[tuple[int, bytes]]) -> Iterator[Piece]:
        for number, data in items:
            file, folder = named[number]
            x = image_of(form, file, data=data)[None]
            if labelled:
                yield Piece(number, 0, Batch((x,), (np.zeros(1, np.int32),)), (folder,), (file,), (file,))
            else:
                yield Piece(number, 0, Batch((x,)), origin=(file,))

    return bytes_of.mapPartitions(telling(read))


def sequence_pieces(context: Any, reader: CsvSequence) -> tuple[Any, int]:
    """Pieces of one sequence each, and their number."""
    at = reader.mark("path")
    if reader.labels_path is not None:
        raise DataError(
            "executors read sequences whose labels stand in columns of the same files",
            at=reader.mark("labels_path"),
            hint="`read_by: driver`",
        )
    inside = packed(context, reader.path, at)
    bytes_of, files = inside or (None, files_at(context, reader.path, at))
    order = sorted(range(len(files)), key=lambda i: in_order(files[i].path.name))
    rank = {i: number for number, i in enumerate(order)}
    bytes_of = bytes_of or contents(context, files, at)
    names = [file.shown for file in files]
    alone = reader.but(rows=None, classes=reader.classes if isinstance(reader.classes, tuple) else None)

    def read(items: Iterable[tuple[int, bytes]]) -> Iterator[Piece]:
        with tempfile.TemporaryDirectory() as folder:
            for number, data in items:
                file = Path(folder, Path(names[number]).name)
                file.write_bytes(data)
                yield _sequence(alone, file, names[number], rank[number])
                file.unlink()

    return bytes_of.mapPartitions(telling(read)), len(files)


def _sequence(reader: CsvSequence, file: Path, name: str, number: int) -> Piece:
    try:
        data = reader.but(path=str(file)).load()
    except DataError as error:
        raise DataError(str(error).replace(str(file), name), at=error.at, hint=error.hint) from None
    batch = data.batch(slice(None))
    return Piece(number, 0, batch, data.class_names, (name,) * len(data.class_names), (name,))


def idx_pieces(context: Any, reader: Idx) -> tuple[Any, int]:
    """Pieces of an idx set; one executor reads the file of images."""
    images, labels = _idx_files(context, reader)
    files = [images, labels] if labels else [images]
    flatten, name = reader.flatten, images.shown

    def read(items: Iterable[tuple[int, bytes]]) -> Iterator[Piece]:
        parts = {number: parse_idx(unpacked(data, files[number].shown), files[number].shown) for number, data in items}
        pixels, numbers = parts[0], parts.get(1)
        n, *sizes = pixels.shape
        x = pixels.reshape(n, -1) if flatten else pixels.reshape(n, *([1, *sizes] if len(sizes) == 2 else sizes))
        if numbers is not None and len(numbers) != n:
            raise DataError(f"{name} holds {n} images, {files[1].shown} {len(numbers)} labels")
        for start in range(0, n, CHUNK):
            part = np.ascontiguousarray(x[start : start + CHUNK])
            yield _digits(part, None if numbers is None else numbers[start : start + CHUNK], start, name)

    return contents(context, files, reader.mark()).coalesce(1).mapPartitions(telling(read)), 1


def _digits(pixels: np.ndarray, numbers: np.ndarray | None, start: int, name: str) -> Piece:
    if numbers is None:
        return Piece(0, start, Batch((pixels,)))
    found, first, codes = np.unique(numbers.astype(np.int64), return_index=True, return_inverse=True)
    where = tuple(f"{name}: image {start + i}" for i in first)
    return Piece(0, start, Batch((pixels,), (codes.astype(np.int32),)), tuple(map(str, found)), where)


def _idx_files(context: Any, reader: Idx) -> tuple[File, File | None]:
    def one(path: str, key: str) -> File:
        return files_at(context, path, reader.mark(key))[0]

    labels = one(reader.labels, "labels") if reader.labels else None
    if reader.features is not None:
        return one(reader.features, "features"), labels
    there = files_at(context, reader.path or "", reader.mark("path"))
    if len(there) == 1 and "images" in there[0].path.name:
        names, there = [_plain(there[0])], files_at(context, str(PurePosixPath(reader.path or "").parent), None)
    else:
        names = [f"{name}-images-idx3-ubyte" for name in ((reader.set,) if reader.set else ("train", "t10k"))]
    found = {_plain(file): file for file in there}
    images = next((found[name] for name in names if name in found), None)
    if images is None:
        raise DataError(f"{reader.path} holds no {' or '.join(names)}", at=reader.mark("path"))
    labels = labels or found.get(_plain(images).replace("images", "labels").replace("idx3", "idx1"))
    if labels is None:
        raise DataError(f"there is no file of labels beside {images.shown}", at=reader.mark("path"))
    return images, labels


def _plain(file: File) -> str:
    return file.path.name.removesuffix(".gz").replace(".idx", "-idx")


def mnist_pieces(context: Any, reader: Mnist) -> tuple[Any, int]:
    """Pieces of a folder with MNIST's files."""
    idx = Idx(path=reader.path, set=NAMES[reader.set], flatten=reader.flatten)
    pieces, count = idx_pieces(context, idx)
    if not reader.binarize:
        return pieces, count

    def black(piece: Piece) -> Piece:
        x = (piece.batch.features[0] > BLACK).astype(np.uint8)
        return Piece(piece.source, piece.offset, Batch((x,), piece.batch.labels), piece.words, piece.where)

    return pieces.map(black), count
