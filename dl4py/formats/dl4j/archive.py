"""The zip around a model: entries checked before they are read, written whole or not at all."""

from __future__ import annotations

import os
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

import numpy as np

from dl4py.atomic import replacing
from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.dl4j import arrays
from dl4py.formats.dl4j.legacy.era import LegacyWarning
from dl4py.formats.dl4j.text import SIZE_LIMIT

ORDER = ("configuration.json", "coefficients.bin", "noParams.marker", "updaterState.bin", "normalizer.bin")
JSON_LIMIT = SIZE_LIMIT
ENTRY_LIMIT = 64 << 20  # of all but the large arrays, whose sizes the configuration tells
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
RATIO_LIMIT = 1100  # deflate reaches 1032 at most, and a fresh updater state is all zeros
ENTRIES_LIMIT = 1000
SERIALIZED = b"\xac\xed"
UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError)
JAVA_UPDATER = "updater.bin"
"""Training state as a Java object, passed over with a warning. DL4J passes over `preprocessor.bin` and `objects/...`,
and so do we."""
DAMAGED = "the file was cut off or damaged; fetch it again"
CHANGED = "the configuration was changed, or belongs to another network"
DISTRUST = "do not trust this file"


Vector = Callable[[int, np.dtype], np.ndarray]


class Archive:
    """An opened zip whose entry list has been checked."""

    def __init__(self, path: Path, file: zipfile.ZipFile) -> None:
        self.path, self._file = path, file
        self._infos = {info.filename: info for info in file.infolist()}

    @property
    def names(self) -> list[str]:
        """Names of all entries."""
        return list(self._infos)

    def has(self, name: str) -> bool:
        """Whether there is such an entry."""
        return name in self._infos

    def size(self, name: str) -> int:
        """Bytes that an entry declares; 0 where it is absent."""
        return self._infos[name].file_size if self.has(name) else 0

    def starts_with(self, name: str, head: bytes) -> bool:
        """Whether an entry begins with these bytes."""
        return self._unpack(self._info(name), len(head)) == head

    def read(self, name: str, limit: int = ENTRY_LIMIT) -> bytes:
        """The bytes of an entry, no more than it declares."""
        info = self._info(name)
        if info.file_size > limit:
            raise ModelFileError(
                f"{self.path}: `{name}` declares {info.file_size} bytes, more than the {limit} that are read",
                hint="this is no model that DL4J wrote",
            )
        data = self._unpack(info, info.file_size + 1)
        if len(data) != info.file_size:
            raise ModelFileError(
                f"{self.path}: `{name}` unpacks to {len(data)} bytes, declared are {info.file_size}", hint=DAMAGED
            )
        return data

    def read_array(self, name: str, values: int, vector: Vector = np.empty) -> np.ndarray:
        """The ND4J array of an entry that should hold `values` numbers.

        Its head is checked against that and against the declared size before anything more is unpacked. `vector` makes
        the memory of a vector of a size and type, which is filled piece by piece.
        """
        where = f"{self.path}:{name}"
        info = self._info(name)
        head = self._unpack(info, arrays.HEAD)
        found, needed = arrays.measure(head, where)
        if found != values:
            raise ModelFileError(f"{where} holds {found} values, the network has {values}", hint=CHANGED)
        if needed != info.file_size:
            raise ModelFileError(f"{where} has {info.file_size} bytes, its array needs {needed}", hint=DAMAGED)
        plain = arrays.vector_head(head, where)
        if plain is None:
            return arrays.read_array(self.read(name, needed), where)
        return self._fill(info, plain[1], plain[0], vector(values, plain[0].newbyteorder("=")))

    def _fill(self, info: zipfile.ZipInfo, offset: int, kind: np.dtype, target: np.ndarray) -> np.ndarray:
        """Unpacks the values behind an offset into a vector."""
        try:
            with self._file.open(info) as file:
                file.read(offset)
                for start in range(0, target.size, arrays.PIECE):
                    part = target[start : start + arrays.PIECE]
                    part[:] = np.frombuffer(file.read(part.size * kind.itemsize), kind)
                file.read(1)  # the end, where the checksum is compared
        except UNREADABLE as error:
            raise ModelFileError(f"{self.path}: `{info.filename}` cannot be unpacked: {error}", hint=DAMAGED) from error
        return target

    def _info(self, name: str) -> zipfile.ZipInfo:
        if name not in self._infos:
            raise ModelFileError(f"{self.path}: there is no entry `{name}`")
        return self._infos[name]

    def _unpack(self, info: zipfile.ZipInfo, size: int) -> bytes:
        try:
            with self._file.open(info) as file:
                return file.read(size)
        except UNREADABLE as error:
            raise ModelFileError(f"{self.path}: `{info.filename}` cannot be unpacked: {error}", hint=DAMAGED) from error

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def read_archive(path: str | os.PathLike[str]) -> Archive:
    """Opens a model zip; raises `ModelFileError` for anything that could harm or cannot be a model."""
    path = Path(path)
    if path.is_dir():
        raise ModelFileError(f"{path} is a folder, not a model")
    if not path.exists():
        raise ModelFileError(f"there is no file {path}", hint="check the path")
    try:
        file = zipfile.ZipFile(path)
    except UNREADABLE as error:
        raise ModelFileError(
            f"{path} is not a model zip: {_why(path, error)}", hint="a model is the zip that DL4J or dl4py wrote"
        ) from error
    archive = Archive(path, file)
    try:
        _check(archive, file)
    except BaseException:
        file.close()
        raise
    return archive


def _why(path: Path, error: Exception) -> str:
    try:
        with open(path, "rb") as file:
            head = file.read(4)
    except OSError as unreadable:
        return str(unreadable.strerror)
    if not head:
        return "it is empty"
    return "it is cut off or damaged" if head[:2] == b"PK" else str(error).lower()


def _check(archive: Archive, file: zipfile.ZipFile) -> None:
    infos = file.infolist()
    if len(infos) > ENTRIES_LIMIT:
        raise ModelFileError(f"{archive.path}: {len(infos)} entries, more than a model has")
    seen = set()
    for info in infos:
        _check_entry(archive.path, info)
        if info.filename in seen:
            raise ModelFileError(f"{archive.path}: two entries are called `{info.filename}`")
        seen.add(info.filename)
    if "configuration.json" not in seen:
        raise ModelFileError(
            f"{archive.path}: `configuration.json` is missing, so this is no DL4J model",
            hint=f"entries found: {', '.join(sorted(seen)[:5]) or 'none'}",
        )
    if not {"coefficients.bin", "noParams.marker"} & seen:
        raise ModelFileError(
            f"{archive.path}: `coefficients.bin` is missing, the model has no parameters",
            hint="a model that has none says so by an entry `noParams.marker`",
        )
    if JAVA_UPDATER in seen and archive.starts_with(JAVA_UPDATER, SERIALIZED):
        warnings.warn(
            f"{archive.path}: `{JAVA_UPDATER}` is a serialized Java object, which is never loaded; training goes on "
            "with fresh updater state, or load and save the model once with DL4J 0.5 to 0.9.1",
            LegacyWarning,
            stacklevel=3,
        )


def _check_entry(path: Path, info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith("/") or "\\" in name or "\x00" in name or ":" in name.split("/")[0]:
        raise ModelFileError(f"{path}: the entry {name!r} leads out of the archive", hint=DISTRUST)
    if info.flag_bits & 0x1:
        raise UnsupportedFeature(f"{path}: `{name}` is encrypted", hint="DL4J writes no passwords; pack it without one")
    if info.compress_type not in METHODS:
        raise UnsupportedFeature(
            f"{path}: `{name}` is packed by method {info.compress_type}",
            hint="pack it with deflate, the only method that DL4J reads",
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ModelFileError(f"{path}: `{name}` is a symbolic link", hint=DISTRUST)
    if info.file_size > max(info.compress_size, 1) * RATIO_LIMIT:
        raise ModelFileError(
            f"{path}: `{name}` claims {info.file_size} bytes out of {info.compress_size}", hint=DISTRUST
        )


def write_archive(path: str | os.PathLike[str], entries: dict[str, bytes | Iterable[bytes]]) -> None:
    """Writes a model zip, the same bytes for the same entries, which come whole or in pieces."""
    order = [name for name in ORDER if name in entries] + sorted(name for name in entries if name not in ORDER)
    with replacing(path) as target, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name in order:
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            entry = entries[name]
            with file.open(info, "w", force_zip64=not isinstance(entry, bytes)) as out:
                for piece in (entry,) if isinstance(entry, bytes) else entry:
                    out.write(piece)
