"""Features without labels, for `predict`: CSV, JSON lines, npz, npy, idx, from a file or a pipe."""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from dl4py.data.readers.base import content
from dl4py.data.readers.idx import read_idx
from dl4py.errors import DataError


def read_features(source: str, form: str | None = None) -> list[np.ndarray]:
    """The arrays of a network's inputs; `-` is standard input, whose form is told by its first bytes."""
    data = sys.stdin.buffer.read() if source == "-" else content(Path(source))
    name = "<stdin>" if source == "-" else source
    form = form or _form(name, data)
    if form == "npz":
        return _npz(data, name)
    if form == "npy":
        return [_npy(data, name)]
    if form == "idx":
        if source == "-":
            raise DataError("idx files are read from files, not from a pipe", hint="name the file")
        pixels = read_idx(Path(source)).astype(np.float32)
        return [pixels.reshape(len(pixels), -1)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{name} is neither text nor a form that is read", hint="give `--from`") from None
    rows = _json_lines(text, name) if form == "jsonl" else _csv(text, name)
    if not rows:
        raise DataError(f"{name} holds no examples")
    return [np.array(rows, np.float32)]


def _form(name: str, data: bytes) -> str:
    if data[:2] == b"PK":
        return "npz"
    if data[:6] == b"\x93NUMPY":
        return "npy"
    if data[:2] == b"\0\0" or "ubyte" in name:
        return "idx"
    return "jsonl" if data.lstrip()[:1] in (b"[", b"{") else "csv"


def _npy(data: bytes, name: str) -> np.ndarray:
    try:
        return np.load(io.BytesIO(data), allow_pickle=False).astype(np.float32)
    except (ValueError, EOFError, OSError) as error:
        raise DataError(f"{name} is no array of numbers: {error}") from None


def _npz(data: bytes, name: str) -> list[np.ndarray]:
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            keys = sorted(key for key in file.files if key.startswith("x")) or sorted(file.files)[:1]
            return [file[key].astype(np.float32) for key in keys]
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{name} is no npz of numbers: {error}") from None


def _csv(text: str, name: str) -> list[list[float]]:
    rows: list[list[float]] = []
    parser = csv.reader(io.StringIO(text, newline=""))
    for i, row in enumerate(parser):
        if not row:
            continue
        try:
            rows.append([float(field) for field in row])
        except ValueError:
            if i == 0:  # a line of column names
                continue
            wrong = next(field for field in row if not _number(field))
            raise DataError(
                f"{name}:{parser.line_num}: column {row.index(wrong) + 1} must be a number, found `{wrong}`"
            ) from None
        if len(rows[-1]) != len(rows[0]):
            raise DataError(f"{name}:{parser.line_num}: {len(rows[-1])} fields, expected {len(rows[0])}")
    return rows


def _number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _json_lines(text: str, name: str) -> list[list[float]]:
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            value = value.get("features", value.get("x")) if isinstance(value, dict) else value
            rows.append(_numbers(value))
        except (ValueError, TypeError, AttributeError):
            raise DataError(
                f"{name}:{number}: expected a list of numbers, found `{line[:60]}`",
                hint='write [1, 2, 3] or {"features": [1, 2, 3]}',
            ) from None
        if len(rows[-1]) != len(rows[0]):
            raise DataError(f"{name}:{number}: {len(rows[-1])} numbers, expected {len(rows[0])}")
    return rows


def _numbers(value: Any) -> list[float]:
    """Numbers of a JSON list; raises `TypeError` for anything else."""
    if not isinstance(value, list):
        raise TypeError(value)
    return [float(v) for v in value]
