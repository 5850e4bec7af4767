"""Files of any file system that Spark knows: listed by the driver, named to Spark one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from dl4py.errors import DataError
from dl4py.spec import Mark

WILD = re.compile(r"([\\*?\[\]{}])")
HIDDEN = (".", "_")


@dataclass(frozen=True)
class File:
    """A file by the name that Spark gives it, with its size in bytes."""

    name: str
    size: int

    @property
    def path(self) -> PurePosixPath:
        """The name without the file system."""
        return PurePosixPath(re.sub(r"^[a-z0-9+.-]+:(//[^/]*)?", "", self.name))

    @property
    def shown(self) -> str:
        """The name as a message shows it: a local file without `file:`."""
        return str(self.path) if self.name.startswith("file:") else self.name


def files_at(context: Any, path: str, at: Mark | None, *, deep: bool = False) -> list[File]:
    """The file itself, the files of a folder, or those that fit a pattern, in the order of their names.

    Files whose names begin with a dot or an underscore are not records. With `deep` the files of the folders inside.
    """
    files = found_at(context, path, at, deep=deep)
    if not files:
        raise DataError(f"Spark finds no files at {path}", at=at, hint="every node must see the path")
    return files


def found_at(context: Any, path: str, at: Mark | None, *, deep: bool = False) -> list[File]:
    """The same, and nothing where there is nothing."""
    jvm = context._jvm
    wanted = jvm.org.apache.hadoop.fs.Path(path)
    try:
        system = wanted.getFileSystem(context._jsc.hadoopConfiguration())
        if system.exists(wanted):
            found = [system.getFileStatus(wanted)]
        else:
            found = list(system.globStatus(wanted) or ()) if any(c in path for c in "*?[") else []
        named = len(found) == 1 and not found[0].isDirectory()
        found = [inner for status in found for inner in _inside(system, status)]
        if deep:
            folders = [status for status in found if not status.getPath().getName().startswith(HIDDEN)]
            found = [inner for status in folders for inner in _inside(system, status)]
    except Exception as error:  # py4j hands on whatever the file system throws
        raise DataError(f"{path} cannot be read: {_told(error)}", at=at, hint="can Spark reach this path?") from None
    files = [File(status.getPath().toString(), status.getLen()) for status in found if not status.isDirectory()]
    files = [file for file in files if named or not file.path.name.startswith(HIDDEN)]
    return sorted(files, key=lambda file: file.path.parts)


def _inside(system: Any, status: Any) -> list[Any]:
    return list(system.listStatus(status.getPath())) if status.isDirectory() else [status]


def _told(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = next((line for line in lines if line.startswith(":")), lines[0] if lines else type(error).__name__)
    return told.lstrip(": ")[:200]


def head_of(context: Any, file: File, size: int) -> bytes:
    """The first bytes of a file."""
    path = context._jvm.org.apache.hadoop.fs.Path(file.name)
    stream = path.getFileSystem(context._jsc.hadoopConfiguration()).open(path)
    try:
        return bytes(context._jvm.org.apache.commons.io.IOUtils.toByteArray(stream, min(size, file.size)))
    finally:
        stream.close()


def listed(files: Sequence[File], at: Mark | None) -> str:
    """The names as Spark takes several paths."""
    for file in files:
        if "," in file.name:
            raise DataError(f"{file.shown}: Spark takes a comma for the end of a path", at=at, hint="rename the file")
    return ",".join(WILD.sub(r"\\\1", file.name) for file in files)


def remote(path: str) -> bool:
    """Whether a path names a file system: only Spark reads it."""
    return "://" in path or path.startswith("file:")
