"""The zip around a model: entries checked before they are read, written whole or not at all."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from dl4py.atomic import replacing
from dl4py.errors import ModelFileError, UnsupportedFeature

ORDER = ("configuration.json", "coefficients.bin", "noParams.marker", "updaterState.bin", "normalizer.bin")
JSON_LIMIT = 64 << 20
ENTRY_LIMIT = 32 << 30
RATIO_LIMIT = 1100  # deflate reaches 1032 at most
ENTRIES_LIMIT = 1000
SERIALIZED = b"\xac\xed"


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

    def read(self, name: str, limit: int = ENTRY_LIMIT) -> bytes:
        """The bytes of an entry, no more than it declares."""
        info = self._infos[name]
        if info.file_size > limit:
            raise ModelFileError(
                f"{self.path}: `{name}` declares {info.file_size} bytes, more than the {limit} that are read",
                hint="this is no model that DL4J wrote",
            )
        try:
            with self._file.open(info) as file:
                data = file.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise ModelFileError(
                f"{self.path}: `{name}` cannot be unpacked: {error}", hint="the file is damaged; fetch it again"
            ) from error
        if len(data) != info.file_size:
            raise ModelFileError(
                f"{self.path}: `{name}` unpacks to another size than the {info.file_size} bytes declared"
            )
        return data

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
    except (zipfile.BadZipFile, OSError, ValueError) as error:
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
        raise ModelFileError(f"{archive.path}: `coefficients.bin` is missing, the model has no parameters")
    if "updater.bin" in seen and archive.read("updater.bin")[:2] == SERIALIZED:
        raise UnsupportedFeature(
            f"{archive.path}: `updater.bin` is a serialized Java object, which is never loaded",
            hint="save the model again with DL4J 0.5 or later",
        )


def _check_entry(path: Path, info: zipfile.ZipInfo) -> None:
    name = info.orig_filename if "\x00" in info.orig_filename else info.filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or ":" in name.split("/")[0] or "\x00" in name or "\\" in name:
        raise ModelFileError(f"{path}: the entry {name!r} leads out of the archive", hint="do not trust this file")
    if info.flag_bits & 0x1:
        raise ModelFileError(f"{path}: `{name}` is encrypted")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ModelFileError(f"{path}: `{name}` is a symbolic link", hint="do not trust this file")
    if info.file_size > max(info.compress_size, 1) * RATIO_LIMIT:
        raise ModelFileError(
            f"{path}: `{name}` claims {info.file_size} bytes out of {info.compress_size}", hint="do not trust this file"
        )


def write_archive(path: str | os.PathLike[str], entries: dict[str, bytes]) -> None:
    """Writes a model zip, the same bytes for the same entries."""
    order = [name for name in ORDER if name in entries] + sorted(name for name in entries if name not in ORDER)
    with replacing(path) as target, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name in order:
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            file.writestr(info, entries[name], compresslevel=6)
