"""`normalizer.bin`: the statistics that a model's inputs are normalized with."""

from __future__ import annotations

import struct

import numpy as np

from dl4py.data.normalizers import Fitted
from dl4py.data.normalizers.image_scaler import Scaled
from dl4py.data.normalizers.min_max import Ranged
from dl4py.data.normalizers.standardize import Standardized
from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.dl4j.arrays import read_arrays, write_array

VERSION = 1


def write_normalizer(fitted: Fitted) -> bytes:
    """The bytes of `NormalizerSerializer` for a fitted normalizer."""
    if isinstance(fitted, Standardized):
        arrays = [fitted.mean, fitted.std, fitted.label_mean, fitted.label_std]
        return _head("STANDARDIZE") + struct.pack(">?", fitted.label_mean is not None) + _rows(arrays)
    if isinstance(fitted, Ranged):
        arrays = [fitted.lower, fitted.upper, fitted.label_lower, fitted.label_upper]
        flags = struct.pack(">?dd", fitted.label_lower is not None, fitted.low, fitted.high)
        return _head("MIN_MAX") + flags + _rows(arrays)
    if isinstance(fitted, Scaled):
        return _head("IMAGE_MIN_MAX") + struct.pack(">ddd", fitted.low, fitted.high, fitted.largest)
    raise UnsupportedFeature(f"DL4J has no normalizer like {type(fitted).__name__}")


def read_normalizer(data: bytes, name: str) -> Fitted:
    """The fitted normalizer of a `normalizer.bin`."""
    if data[:2] == b"\xac\xed":
        raise UnsupportedFeature(f"{name} is a serialized Java object, which is never loaded")
    magic, at = _word(data, 0, name)
    if magic != "NORMALIZER" or len(data) < at + 4:
        raise ModelFileError(f"{name} does not begin with NORMALIZER", hint="was it written by DL4J 0.8 or later?")
    version = struct.unpack_from(">i", data, at)[0]
    if version != VERSION:
        raise UnsupportedFeature(f"{name} has version {version}, known is {VERSION}")
    kind, at = _word(data, at + 4, name)
    readers = {"STANDARDIZE": _standardize, "MIN_MAX": _min_max, "IMAGE_MIN_MAX": _image}
    if kind not in readers:
        raise UnsupportedFeature(f"{name} holds the normalizer {kind[:40]}, which is not read yet")
    try:
        return readers[kind](data, at, name)
    except struct.error:
        raise ModelFileError(f"{name} ends too early") from None


def _standardize(data: bytes, at: int, name: str) -> Fitted:
    labels = struct.unpack_from(">?", data, at)[0]
    return Standardized(*_read_rows(data, at + 1, 4 if labels else 2, name))


def _min_max(data: bytes, at: int, name: str) -> Fitted:
    labels, low, high = struct.unpack_from(">?dd", data, at)
    return Ranged(low, high, *_read_rows(data, at + 17, 4 if labels else 2, name))


def _image(data: bytes, at: int, name: str) -> Fitted:
    return Scaled(*struct.unpack_from(">ddd", data, at))


def _read_rows(data: bytes, at: int, count: int, name: str) -> list[np.ndarray]:
    arrays, end = read_arrays(data, count, name, at)
    if end != len(data):
        raise ModelFileError(f"{name}: {len(data) - end} bytes follow the statistics")
    return [array.reshape(-1) for array in arrays]


def _rows(arrays: list[np.ndarray | None]) -> bytes:
    return b"".join(write_array(array.reshape(1, -1).astype(np.float32)) for array in arrays if array is not None)


def _head(kind: str) -> bytes:
    return _utf("NORMALIZER") + struct.pack(">i", VERSION) + _utf(kind)


def _utf(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def _word(data: bytes, at: int, name: str) -> tuple[str, int]:
    if at + 2 > len(data):
        raise ModelFileError(f"{name} ends too early")
    size = struct.unpack_from(">H", data, at)[0]
    raw = data[at + 2 : at + 2 + size]
    if len(raw) != size or not raw.isascii():
        raise ModelFileError(f"{name} is no normalizer of DL4J: no word at byte {at}")
    return raw.decode(), at + 2 + size
