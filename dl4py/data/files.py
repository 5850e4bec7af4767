"""Files of records: found by path, folder or pattern, unpacked when they are gzipped."""

from __future__ import annotations

import gzip
import re
import zlib
from difflib import get_close_matches
from pathlib import Path

from dl4py.errors import DataError
from dl4py.spec import Mark

GZIP = b"\x1f\x8b"


def files_of(path: str, at: Mark | None = None) -> list[Path]:
    """The file itself, the files of a folder, or those that fit a pattern; in the order of their names.

    Files of a folder whose names begin with a dot or an underscore are not records (`_SUCCESS`, `.part.crc`).
    """
    place = Path(path)
    if place.is_dir():
        found = sorted(p for p in place.iterdir() if p.is_file() and not p.name.startswith((".", "_")))
    elif place.exists():
        return [place]
    elif any(c in place.name for c in "*?["):
        found = sorted(p for p in place.parent.glob(place.name) if p.is_file())
    else:
        raise missing(place, at)
    if not found:
        what = "holds no files" if place.is_dir() else "fits no file"
        raise DataError(f"{path} {what}", at=at, hint="name a file, a folder, or a pattern such as part-*.csv")
    return found


def content(path: Path, at: Mark | None = None) -> bytes:
    """The bytes of a file, unpacked when it is gzipped."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise missing(path, at) from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder, not a file", at=at, hint="name a file inside") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}", at=at) from error
    return unpacked(data, str(path))


def unpacked(data: bytes, name: str) -> bytes:
    """What gzip packed, or the bytes themselves."""
    if data[:2] != GZIP:
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{name} is a damaged gzip file: {error}", hint="fetch it again") from error


def decoded(data: bytes, name: str, encoding: str = "utf-8", at: Mark | None = None) -> str:
    """Bytes as text without a byte order mark."""
    try:
        text = data.decode(encoding)
    except LookupError:
        raise DataError(f"no encoding is called `{encoding}`", at=at, hint="for example utf-8 or latin-1") from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(
            f"{name}:{line}: byte 0x{data[error.start]:02x} is not {encoding} text",
            at=at,
            hint="set `encoding`, for example latin-1",
        ) from None
    if "\0" in text:
        raise DataError(f"{name} is a binary file, not text", at=at)
    return text.removeprefix("\ufeff")


def missing(path: Path, at: Mark | None = None) -> DataError:
    """The error for a file that is not there, with a name that is near."""
    near: list[str] = []
    if path.parent.is_dir():
        near = get_close_matches(path.name, sorted(p.name for p in path.parent.iterdir()), n=1)
    if re.match(r"[a-z][a-z0-9+.-]+:/", str(path)):
        hint = "executors of Spark read other file systems: `dl4py spark-train`, or `--master`"
        return DataError(f"there is no file {path}", at=at, hint=hint)
    hint = f"did you mean `{path.with_name(near[0])}`?" if near else f"looked from the folder {Path.cwd()}"
    return DataError(f"there is no file {path}", at=at, hint=hint)
