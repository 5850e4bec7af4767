"""The idx format: a magic number, sizes, then numbers, most significant byte first."""

from __future__ import annotations

import struct
from math import prod
from pathlib import Path

import numpy as np

from dl4py.data.files import GZIP, content
from dl4py.errors import DataError

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
HEADER_LIMIT = 4 + 4 * 255


def read_idx(path: Path) -> np.ndarray:
    """The array of an idx file; a plain file is mapped, a gzipped one unpacked into memory.

    Raises `DataError` naming the byte offset of what is wrong.
    """
    if not path.is_file():
        return parse_idx(content(path), str(path))
    try:
        with open(path, "rb") as file:
            head = file.read(HEADER_LIMIT)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    if head[:2] == GZIP:
        return parse_idx(content(path), str(path))
    kind, shape, start = _layout(head, path.stat().st_size, str(path))
    if prod(shape) == 0:
        return np.empty(shape, kind)
    return np.memmap(path, kind, "r", start, shape)


def parse_idx(data: bytes, name: str) -> np.ndarray:
    """The array of the bytes of an idx file."""
    kind, shape, start = _layout(data[:HEADER_LIMIT], len(data), name)
    return np.frombuffer(data, kind, offset=start).reshape(shape)


def _layout(head: bytes, size: int, name: str) -> tuple[np.dtype, tuple[int, ...], int]:
    """Type, shape, and the byte at which the numbers begin, all checked against the file's size."""
    if len(head) < 4 or head[:2] != b"\0\0":
        raise DataError(
            f"{name}: no idx file, bytes 0 and 1 must be 0", hint="an idx file begins 00 00 08 03 for images"
        )
    if head[2] not in TYPES:
        raise DataError(f"{name}: unknown number type 0x{head[2]:02x} at byte 2", hint="bytes are 0x08")
    dimensions = head[3]
    start = 4 + 4 * dimensions
    if dimensions == 0 or size < start:
        raise DataError(f"{name}: {dimensions} dimensions at byte 3, but the file has {size} bytes")
    shape = struct.unpack(f">{dimensions}I", head[4:start])
    kind = np.dtype(TYPES[head[2]])
    expected = start + prod(shape) * kind.itemsize
    if size != expected:
        what = "is cut off" if size < expected else "is too long"
        raise DataError(
            f"{name} {what}: {' x '.join(map(str, shape))} values of {kind.itemsize} "
            f"byte{'s' if kind.itemsize > 1 else ''} end at byte {expected}, the file at byte {size}",
            hint="fetch it again",
        )
    return kind, shape, start
