"""ND4J array streams, as `Nd4j.write` makes them: a shape buffer, then a data buffer, all big-endian."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import prod

import numpy as np

from dl4py.errors import ModelFileError, UnsupportedFeature

SHORT_LENGTHS = {"DIRECT", "HEAP", "JAVACPP"}
MODES = SHORT_LENGTHS | {"LONG_SHAPE", "MIXED_DATA_TYPES"}
TYPES = {
    "DOUBLE": ">f8", "FLOAT": ">f4", "HALF": ">f2", "INT": ">i4", "LONG": ">i8", "SHORT": ">i2", "BYTE": "i1",
    "UBYTE": "u1", "UINT16": ">u2", "UINT32": ">u4", "UINT64": ">u8", "BOOL": "?", "BFLOAT16": ">u2",
}  # fmt: skip
UNREAD = {"COMPRESSED": "compressed", "UTF8": "text"}
UNSIGNED = 8388608
OPTIONS = {
    "f8": ("DOUBLE", 16384), "f4": ("FLOAT", 8192), "f2": ("HALF", 4096), "b1": ("BOOL", 524288),
    "i1": ("BYTE", 32768), "i2": ("SHORT", 65536), "i4": ("INT", 131072), "i8": ("LONG", 262144),
    "u1": ("UBYTE", UNSIGNED | 32768), "u2": ("UINT16", UNSIGNED | 65536), "u4": ("UINT32", UNSIGNED | 131072),
    "u8": ("UINT64", UNSIGNED | 262144),
}  # fmt: skip
EMPTY = 8
PIECE = 1 << 20
"""Values that are packed or unpacked at once."""
RANK_LIMIT = 32
SIZE_LIMIT = 1 << 40
HEAD = 1024
"""Bytes that hold everything but the values: a shape buffer of 32 dimensions and the head of the data buffer."""


class _Reader:
    def __init__(self, data: bytes | memoryview, name: str, at: int = 0) -> None:
        self.data, self.name, self.at = memoryview(data), name, at

    def take(self, size: int, what: str) -> memoryview:
        if self.at + size > len(self.data):
            raise ModelFileError(
                f"`{self.name}` ends too early: {what} needs {size} bytes at offset {self.at}, "
                f"{len(self.data) - self.at} are left",
                hint="the file was cut off or damaged; fetch it again",
            )
        part = self.data[self.at : self.at + size]
        self.at += size
        return part

    def number(self, form: str, what: str) -> int:
        return int(struct.unpack(form, self.take(struct.calcsize(form), what))[0])

    def word(self, what: str) -> str:
        at = self.at
        raw = bytes(self.take(self.number(">H", what), what))
        if not raw.isascii():
            raise ModelFileError(f"`{self.name}` is no ND4J array: {what} at offset {at} is not text")
        return raw.decode()

    def head(self, what: str) -> tuple[int, str]:
        """Number of values and name of their type."""
        mode = self.word(f"the mode of the {what}")
        if mode not in MODES:
            raise ModelFileError(
                f"`{self.name}` is no ND4J array: unknown buffer mode `{mode[:40]}`",
                hint="was the file written by DL4J?",
            )
        length = self.number(">i" if mode in SHORT_LENGTHS else ">q", f"the length of the {what}")
        kind = self.word(f"the type of the {what}")
        if kind in UNREAD:
            raise UnsupportedFeature(
                f"`{self.name}` holds a {UNREAD[kind]} array, which is not read", hint="save it as plain numbers"
            )
        if kind not in TYPES:
            raise ModelFileError(f"`{self.name}`: unknown number type `{kind[:40]}`")
        if length < 0:
            raise ModelFileError(f"`{self.name}`: the length of the {what} is {length}")
        return length, kind

    def shape(self) -> tuple[list[int], list[int], int]:
        """Shape, strides in elements, and option bits."""
        length, kind = self.head("shape")
        info = self.values(length, kind, "the shape").tolist()
        rank = info[0] if info else -1
        if kind not in ("INT", "LONG") or not 0 <= rank <= RANK_LIMIT or length != 2 * rank + 4:
            raise ModelFileError(f"`{self.name}`: a shape buffer of {length} {kind} values for rank {rank}")
        return info[1 : rank + 1], info[rank + 1 : 2 * rank + 1], info[2 * rank + 1]

    def values(self, length: int, kind: str, what: str) -> np.ndarray:
        dtype = np.dtype(TYPES[kind])
        return np.frombuffer(self.take(length * dtype.itemsize, what), dtype)


def read_array(data: bytes | memoryview, name: str = "array") -> np.ndarray:
    """The array of a whole stream, in its own precision (BFLOAT16 as float32), row-major whatever its strides."""
    reader = _Reader(data, name)
    array = _array(reader)
    if reader.at != len(reader.data):
        raise ModelFileError(f"`{name}`: {len(reader.data) - reader.at} bytes follow the array")
    return array


def read_arrays(data: bytes | memoryview, count: int, name: str, start: int = 0) -> tuple[list[np.ndarray], int]:
    """Several arrays one after the other, and the offset behind them."""
    reader = _Reader(data, name, start)
    return [_array(reader) for _ in range(count)], reader.at


def measure(head: bytes, name: str) -> tuple[int, int]:
    """Values and bytes of a whole stream, told by its first `HEAD` bytes: nobody need unpack more to refuse it."""
    reader = _Reader(head, name)
    shape, _, options = reader.shape()
    if _stops(shape, options):
        return 0, reader.at
    length, kind = reader.head("data")
    return length, reader.at + length * np.dtype(TYPES[kind]).itemsize


def _stops(shape: list[int], options: int) -> bool:
    """Whether no data buffer follows: DL4J leaves it out for an empty array without dimensions."""
    return bool(options & EMPTY) and not shape


def _array(reader: _Reader) -> np.ndarray:
    shape, strides, options = reader.shape()
    if _stops(shape, options):
        return np.zeros(0, next((t for t, (_, bit) in OPTIONS.items() if options == EMPTY | bit), np.float32))
    length, kind = reader.head("data")
    if min(shape, default=1) < 0 or prod(n or 1 for n in shape) > SIZE_LIMIT:
        raise ModelFileError(f"`{reader.name}`: {shape} is no shape of an array")
    reach = 1 + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))
    if prod(shape) > length:
        raise ModelFileError(f"`{reader.name}`: {length} values for the shape {shape}")
    if prod(shape) and (min(strides, default=0) < 0 or reach > length):
        raise ModelFileError(f"`{reader.name}`: the strides {strides} reach beyond {length} values")
    data = reader.values(length, kind, "the data")
    if kind == "BFLOAT16":
        data = (data.astype(np.uint32) << 16).view(np.float32)
    if not prod(shape):
        return np.zeros(shape, data.dtype.newbyteorder("="))
    steps = tuple(s * data.dtype.itemsize for s in strides)
    view = np.lib.stride_tricks.as_strided(data, shape, steps, writeable=False)
    return np.array(view, data.dtype.newbyteorder("="), order="C")  # the only copy: swaps bytes and straightens strides


def vector_head(head: bytes, name: str) -> tuple[np.dtype, int] | None:
    """Type and offset of the values of a stream whose values follow each other, told by its first `HEAD` bytes; None
    where strides have to be walked or letters translated.
    """
    reader = _Reader(head, name)
    shape, strides, options = reader.shape()
    if _stops(shape, options) or not prod(shape) or sum(n > 1 for n in shape) > 1:
        return None
    length, kind = reader.head("data")
    step = next((s for n, s in zip(shape, strides, strict=True) if n > 1), 1)
    if step != 1 or length != prod(shape) or kind == "BFLOAT16":
        return None
    return np.dtype(TYPES[kind]), reader.at


def write_array(array: np.ndarray) -> bytes:
    """The stream that DL4J 1.0.0-M2.1 writes for an array, row-major, in the rank it has."""
    return b"".join(stream(array))


def stream(array: np.ndarray) -> Iterator[bytes]:
    """The same in pieces, so that a large array is never in memory twice."""
    kind, options = OPTIONS[array.dtype.str[1:]]
    strides = [prod(array.shape[i + 1 :]) for i in range(array.ndim)]
    if array.ndim == 2 and array.shape[0] == 1:
        strides = [1, 1]  # as ND4J does for rows
    step = 1
    if not array.size:
        strides, step, options = [0] * array.ndim, 0, options | EMPTY
    info = [array.ndim, *array.shape, *strides, options, step, ord("c")]
    yield _head(len(info), "LONG") + struct.pack(f">{len(info)}q", *info) + _head(array.size, kind)
    values = array.reshape(-1)
    for start in range(0, values.size, PIECE):
        yield values[start : start + PIECE].astype(array.dtype.newbyteorder(">")).tobytes()


def _head(length: int, kind: str) -> bytes:
    return utf("MIXED_DATA_TYPES") + struct.pack(">q", length) + utf(kind)


def utf(text: str) -> bytes:
    """Java's `writeUTF` of plain letters: length, then bytes."""
    return struct.pack(">H", len(text)) + text.encode()
