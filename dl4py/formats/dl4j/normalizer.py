"""`normalizer.bin`: the statistics that a model's inputs are normalized with."""

from __future__ import annotations

import struct
from functools import partial

import numpy as np

from dl4py.data.normalizers import Fitted
from dl4py.data.normalizers.image_scaler import Scaled
from dl4py.data.normalizers.min_max import Ranged
from dl4py.data.normalizers.several import Several
from dl4py.data.normalizers.standardize import Standardized
from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.dl4j import normalizers
from dl4py.formats.dl4j.arrays import utf

VERSION = 1
KNOWN = f"STANDARDIZE, MIN_MAX, IMAGE_MIN_MAX, {', '.join(normalizers.KINDS)} are read"


def write_normalizer(fitted: Fitted) -> bytes:
    """The bytes of `NormalizerSerializer` for a fitted normalizer."""
    if isinstance(fitted, Standardized):
        arrays = [fitted.mean, fitted.std, fitted.label_mean, fitted.label_std]
        return _head("STANDARDIZE") + struct.pack(">?", fitted.label_mean is not None) + normalizers.write_rows(*arrays)
    if isinstance(fitted, Ranged):
        arrays = [fitted.lower, fitted.upper, fitted.label_lower, fitted.label_upper]
        flags = struct.pack(">?dd", fitted.label_lower is not None, fitted.low, fitted.high)
        return _head("MIN_MAX") + flags + normalizers.write_rows(*arrays)
    if isinstance(fitted, Several):
        kind, body = normalizers.write(fitted)
        return _head(kind) + body
    if isinstance(fitted, Scaled):
        return _head("IMAGE_MIN_MAX") + struct.pack(">ddd", fitted.low, fitted.high, fitted.largest)
    raise UnsupportedFeature(f"DL4J has no normalizer like {type(fitted).__name__}")


def read_normalizer(data: bytes, name: str) -> Fitted:
    """The fitted normalizer of a `normalizer.bin`."""
    if data[:2] == b"\xac\xed":
        raise UnsupportedFeature(
            f"{name} is a serialized Java object, which is never loaded",
            hint="write it again with DL4J 0.8 or later, or fit a normalizer anew",
        )
    magic, at = _word(data, 0, name)
    if magic != "NORMALIZER" or len(data) < at + 4:
        raise ModelFileError(f"{name} does not begin with NORMALIZER", hint="was it written by DL4J 0.8 or later?")
    version = struct.unpack_from(">i", data, at)[0]
    if version != VERSION:
        raise UnsupportedFeature(f"{name} has version {version}, known is {VERSION}")
    kind, at = _word(data, at + 4, name)
    readers = {"STANDARDIZE": _standardize, "MIN_MAX": _min_max, "IMAGE_MIN_MAX": _image}
    readers |= {several: partial(_several, several) for several in normalizers.KINDS}
    if kind == "CUSTOM":
        kind = f"CUSTOM of the Java class {_word(data, at, name)[0]}"
    if kind not in readers:
        raise UnsupportedFeature(f"{name} holds the normalizer {kind}, which is not read yet", hint=KNOWN)
    try:
        return readers[kind](data, at, name)
    except struct.error:
        raise ModelFileError(f"{name} ends too early") from None


def _standardize(data: bytes, at: int, name: str) -> Fitted:
    labels = struct.unpack_from(">?", data, at)[0]
    return Standardized(*_read_rows(data, at + 1, labels, name))


def _min_max(data: bytes, at: int, name: str) -> Fitted:
    labels, low, high = struct.unpack_from(">?dd", data, at)
    return Ranged(low, high, *_read_rows(data, at + 17, labels, name))


def _image(data: bytes, at: int, name: str) -> Fitted:
    _check_end(data, at + 24, name)
    return Scaled(*struct.unpack_from(">ddd", data, at))


def _several(kind: str, data: bytes, at: int, name: str) -> Fitted:
    fitted, end = normalizers.read(kind, data, at, name)
    _check_end(data, end, name)
    return fitted


def _read_rows(data: bytes, at: int, labels: bool, name: str) -> list[np.ndarray]:
    """Pairs of equally long rows: of the features, then of the labels."""
    rows, end = normalizers.read_rows(data, at, 4 if labels else 2, name)
    _check_end(data, end, name)
    return rows


def _check_end(data: bytes, end: int, name: str) -> None:
    if end < len(data):
        raise ModelFileError(f"{name}: {len(data) - end} bytes follow the statistics")


def _head(kind: str) -> bytes:
    return utf("NORMALIZER") + struct.pack(">i", VERSION) + utf(kind)


def _word(data: bytes, at: int, name: str) -> tuple[str, int]:
    if at + 2 > len(data):
        raise ModelFileError(f"{name} ends too early")
    size = struct.unpack_from(">H", data, at)[0]
    raw = data[at + 2 : at + 2 + size]
    if len(raw) != size or not raw.isascii() or not raw.decode().isprintable():
        raise ModelFileError(f"{name} is no normalizer of DL4J: no word at byte {at}")
    return raw.decode(), at + 2 + size
