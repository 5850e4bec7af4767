"""ND4J array streams, as `Nd4j.write` makes them: a shape buffer, then a data buffer, all big-endian."""

from __future__ import annotations

import struct
from math import prod

import numpy as np

from dl4py.errors import ModelFileError, UnsupportedFeature

SHORT_LENGTHS = {"DIRECT", "HEAP", "JAVACPP"}
MODES = SHORT_LENGTHS | {"LONG_SHAPE", "MIXED_DATA_TYPES"}
TYPES = {
    "DOUBLE": ">f8", "FLOAT": ">f4", "HALF": ">f2", "INT": ">i4", "LONG": ">i8", "SHORT": ">i2", "BYTE": "i1",
    "UBYTE": "u1", "UINT16": ">u2", "UINT32": ">u4", "UINT64": ">u8", "BOOL": "?", "BFLOAT16": ">u2",
}  # fmt: skip
EXTRAS = {"f8": ("DOUBLE", 16384), "f4": ("FLOAT", 8192), "f2": ("HALF", 4096)}
EMPTY = 8


class _Reader:
    def __init__(self, data: bytes | memoryview, name: str) -> None:
        self.data, self.name, self.at = memoryview(data), name, 0

    def take(self, size: int, what: str) -> memoryview:
        if size < 0 or self.at + size > len(self.data):
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
        raw = bytes(self.take(self.number(">H", what), what))
        try:
            return raw.decode("ascii")
        except UnicodeDecodeError:
            raise ModelFileError(f"`{self.name}` is no ND4J array: {what} at offset {self.at} is not text") from None

    def buffer(self, what: str) -> tuple[np.ndarray, str]:
        mode = self.word(f"the mode of the {what}")
        if mode not in MODES:
            raise ModelFileError(
                f"`{self.name}` is no ND4J array: unknown buffer mode `{mode[:40]}`",
                hint="was the file written by DL4J?",
            )
        length = self.number(">i" if mode in SHORT_LENGTHS else ">q", f"the length of the {what}")
        kind = self.word(f"the type of the {what}")
        if kind == "COMPRESSED":
            raise UnsupportedFeature(
                f"`{self.name}` holds a compressed array, which is not read", hint="save it uncompressed"
            )
        if kind not in TYPES:
            raise ModelFileError(f"`{self.name}`: unknown number type `{kind[:40]}`")
        dtype = np.dtype(TYPES[kind])
        if length < 0:
            raise ModelFileError(f"`{self.name}`: the {what} has length {length}")
        raw = self.take(length * dtype.itemsize, f"the {what}")
        return np.frombuffer(raw, dtype), kind


def read_array(data: bytes | memoryview, name: str = "array") -> np.ndarray:
    """The array of a whole stream, in its own precision and the machine's byte order; strides are respected."""
    reader = _Reader(data, name)
    array = _array(reader)
    if reader.at != len(reader.data):
        raise ModelFileError(f"`{name}`: {len(reader.data) - reader.at} bytes follow the array")
    return array


def read_arrays(data: bytes | memoryview, count: int, name: str, start: int = 0) -> tuple[list[np.ndarray], int]:
    """Several arrays one after the other, and the offset behind them."""
    reader = _Reader(data, name)
    reader.at = start
    return [_array(reader) for _ in range(count)], reader.at


def _array(reader: _Reader) -> np.ndarray:
    info, _ = reader.buffer("shape")
    rank = int(info[0]) if len(info) else -1
    if not 0 <= rank <= 32 or len(info) != 2 * rank + 4:
        raise ModelFileError(f"`{reader.name}`: a shape buffer of {len(info)} numbers for rank {rank}")
    shape = tuple(int(n) for n in info[1 : rank + 1])
    strides = tuple(int(n) for n in info[rank + 1 : 2 * rank + 1])
    if int(info[2 * rank + 1]) & EMPTY and reader.at == len(reader.data):
        return np.zeros(0, np.float32)
    data, kind = reader.buffer("data")
    if min(shape, default=1) < 0 or prod(shape) > max(len(data), 1):
        raise ModelFileError(f"`{reader.name}`: {len(data)} values for the shape {list(shape)}")
    if kind == "BFLOAT16":
        data = (data.astype(np.uint32) << 16).view(np.float32)
    reach = sum((n - 1) * s for n, s in zip(shape, strides, strict=True) if n > 0)
    if prod(shape) and (min(strides, default=0) < 0 or reach >= len(data)):
        raise ModelFileError(f"`{reader.name}`: the strides {list(strides)} reach beyond {len(data)} values")
    native = data.astype(data.dtype.newbyteorder("="))
    size = native.dtype.itemsize
    view = np.lib.stride_tricks.as_strided(native, shape, tuple(s * size for s in strides), writeable=False)
    return np.ascontiguousarray(view).reshape(shape)


def write_array(array: np.ndarray) -> bytes:
    """The stream that DL4J 1.0.0-M2.1 writes for an array, row-major."""
    kind, extras = EXTRAS[array.dtype.str[1:]]
    shape = array.shape
    strides = [prod(shape[i + 1 :]) for i in range(len(shape))]
    info = [len(shape), *shape, *strides, extras, 1, ord("c")]
    return b"".join(
        (
            _head(len(info), "LONG"),
            struct.pack(f">{len(info)}q", *info),
            _head(array.size, kind),
            np.ascontiguousarray(array).astype(array.dtype.newbyteorder(">")).tobytes(),
        )
    )


def _head(length: int, kind: str) -> bytes:
    return _utf("MIXED_DATA_TYPES") + struct.pack(">q", length) + _utf(kind)


def _utf(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()
