"""Features without labels, for `predict`: CSV, JSON lines, npz, npy, idx, images, from a file, a folder or a pipe."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dl4py.data.batch import MASKS, Masks, misfit
from dl4py.data.dataset import Dataset
from dl4py.data.drawn import ImageFiles
from dl4py.data.files import content, decoded, unpacked
from dl4py.data.folders import images_at
from dl4py.data.idx import parse_idx
from dl4py.data.image_form import ImageForm
from dl4py.data.images import ENDINGS
from dl4py.data.places import Paths
from dl4py.data.sequences import padded
from dl4py.data.table import Form, Table, numeric
from dl4py.errors import DataError

Read = tuple[list[np.ndarray], Masks]
GIVE_FORM = "give its form with `--from`"


def read_features(source: str | Path, form: str | None = None, images: ImageForm | None = None) -> Dataset:
    """The arrays of a network's inputs, `[n, ...]`, and their masks; `-` is standard input.

    `form` is csv, jsonl, npz, npy or idx; when absent, the first bytes tell. Gzipped data is unpacked. A folder holds
    images, also in folders inside, or a sequence in each of its CSV files, as the reader `csv_sequence` reads them.
    `images` says how images become features.
    """
    if form is None and (found := images_at(Path(source))):
        return _images(tuple(map(str, found)), images)
    if Path(source).is_dir() and images is not None:
        raise DataError(f"{source} holds no images", hint=f"endings of images: {', '.join(sorted(ENDINGS))}")
    if Path(source).is_dir():
        return _folder(str(source))
    name = "<stdin>" if str(source) == "-" else str(source)
    data = unpacked(sys.stdin.buffer.read(), name) if str(source) == "-" else content(Path(source))
    form = form or form_of(data)
    if form not in READ:
        raise DataError(f"no form of features is called `{form}`", hint=f"known: {', '.join(READ)}")
    arrays, masks = READ[form](data, name)
    for array in arrays:
        if array.ndim == 0 or len(array) == 0:
            raise DataError(f"{name} holds no examples")
        if not np.isfinite(array).all():
            i = int(np.argwhere(~np.isfinite(array))[0][0])
            raise DataError(f"{name}: example {i} holds a number that is not finite")
    for array, mask in zip(arrays, masks, strict=False):
        if mask is not None and (wrong := misfit(array, mask)):
            raise DataError(f"{name}: {wrong}", hint=MASKS)
    return Dataset(tuple(arrays), feature_masks=masks)


def form_of(data: bytes) -> str:
    """The form that the first bytes show."""
    if data[:2] == b"PK":
        return "npz"
    if data[:6] == b"\x93NUMPY":
        return "npy"
    if data[:2] == b"\0\0":
        return "idx"
    return "jsonl" if data.lstrip()[:1] in (b"[", b"{") else "csv"


def _images(files: tuple[str, ...], form: ImageForm | None) -> Dataset:
    """Images as they are judged, read when their batch comes."""
    if form is None:
        raise DataError(f"{files[0]} is an image, the model takes none", hint="give numbers: CSV, JSON lines or npz")
    features: Any = ImageFiles(files, form)
    return Dataset((features,), place=Paths(files), images=form)


def _folder(path: str) -> Dataset:
    """Sequences of a folder, a file each; what is empty behind shorter ones is masked."""
    from dl4py.data.readers.csv_sequence import CsvSequence

    try:
        return CsvSequence(path=path, align="start").load()
    except DataError as error:  # the hints are about keys of a reader, which nobody has written here
        raise DataError(
            str(error), hint="a sequence in each file, a step a line: numbers separated by commas"
        ) from None


def _npy(data: bytes, name: str) -> Read:
    try:
        return [np.load(io.BytesIO(data), allow_pickle=False).astype(np.float32)], ()
    except (ValueError, TypeError, EOFError, OSError) as error:
        raise DataError(f"{name} is no array of numbers: {error}", hint=GIVE_FORM) from None


def _npz(data: bytes, name: str) -> Read:
    """The arrays whose names begin with `x`, in the order of their names, or the only array; `mask0` masks `x0`."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            keys = sorted(key for key in file.files if key.startswith("x"))
            if not keys and len(file.files) == 1:
                keys = file.files
            if not keys:
                raise DataError(
                    f"{name} holds {', '.join(file.files) or 'nothing'}; which are features?",
                    hint="name the arrays of the inputs x, or x0, x1, …",
                )
            masks = [f"mask{key[1:]}" for key in keys]
            found = tuple(file[key].astype(np.float32) if key in file.files else None for key in masks)
            return [file[key].astype(np.float32) for key in keys], found if any(m is not None for m in found) else ()
    except (ValueError, TypeError, EOFError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{name} is no npz of numbers: {error}", hint=GIVE_FORM) from None


def _idx(data: bytes, name: str) -> Read:
    pixels = parse_idx(data, name)
    return [pixels.reshape(len(pixels), -1).astype(np.float32)], ()


def _csv(data: bytes, name: str) -> Read:
    """Rows of numbers; a first line without any number names the columns."""
    text = decoded(data, name)
    try:
        table = Table(name, text, Form())
        if not any(map(numeric, table.first)):
            table = Table(name, text, Form(header=True))
        blocks = [block.numbers(range(table.width)) for block in table.blocks()]
    except DataError as error:  # the hints are about keys of a reader, which nobody has written here
        raise DataError(str(error), hint="one example a line: its features, separated by commas") from None
    return [np.concatenate(blocks) if blocks else np.empty((0, 1), np.float32)], ()


def _jsonl(data: bytes, name: str) -> Read:
    """An example a line: numbers, or nested lists of them for images and sequences; these may differ in length."""
    rows: list[np.ndarray] = []
    for number, line in enumerate(decoded(data, name).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            value = value.get("features", value.get("x")) if isinstance(value, dict) else value
            rows.append(np.array(value, np.float32))
        except (ValueError, TypeError, RecursionError):
            raise _no_example(name, number, line) from None
        if rows[-1].ndim == 0 or rows[-1].size == 0:
            raise _no_example(name, number, line)
        if rows[-1].shape[:1] != rows[0].shape[:1] or (rows[0].ndim != 2 and rows[-1].shape != rows[0].shape):
            ours, first = (" x ".join(map(str, a.shape)) for a in (rows[-1], rows[0]))
            raise DataError(f"{name}:{number}: {ours} numbers, expected {first}")
    if len({row.shape for row in rows}) > 1:
        x, mask = padded([row.T for row in rows], max(row.shape[1] for row in rows))
        return [x], (mask,)
    return [np.stack(rows) if rows else np.empty((0, 1), np.float32)], ()


def _no_example(name: str, number: int, line: str) -> DataError:
    return DataError(
        f"{name}:{number}: expected a list of numbers, found `{line[:60]}`",
        hint='write [1, 2, 3] or {"features": [1, 2, 3]}',
    )


READ: dict[str, Callable[[bytes, str], Read]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "npz": _npz,
    "npy": _npy,
    "idx": _idx,
}
