"""Files that appear whole or not at all: written beside their place, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from dl4py.errors import DL4PyError

FULL = {errno.ENOSPC, errno.EDQUOT}
HEAD, TAIL = ".dl4py-", ".part"
"""Around the names of files that are being written. Their writers hold a lock on them, so that what a killed writer
left is known by its lock being free, and the next writer in that folder removes it."""


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[Any]]:
    """A binary file that takes the place of `path` when the block ends, and vanishes when it fails.

    A link stays and the file it leads to is replaced; a device or a pipe is written straight.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            with open(target, "wb") as file:
                yield file
        else:
            with _part(target.parent) as name:
                with open(name, "wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                os.chmod(name, _mode(target))
                os.replace(name, target)
    except OSError as error:
        raise _explained(Path(path), error) from error


@contextmanager
def _part(folder: Path) -> Iterator[str]:
    """The name of a new empty file in `folder`, locked while the block runs, gone when it fails."""
    _remove_leftovers(folder)
    name, lock = _begun(folder)
    try:
        yield name
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    finally:
        if lock is not None:
            os.close(lock)


def _begun(folder: Path) -> tuple[str, int | None]:
    """A new file, and the handle whose lock lasts until it is closed; None where there are no locks."""
    while True:
        handle, name = tempfile.mkstemp(prefix=HEAD, suffix=TAIL, dir=folder)
        if not _locked(handle, wait=True):
            os.close(handle)
            return name, None
        if os.fstat(handle).st_nlink:
            return name, handle
        os.close(handle)  # another writer took it for a leftover before it was locked


def _remove_leftovers(folder: Path) -> None:
    for part in folder.glob(f"{HEAD}*{TAIL}"):
        with contextlib.suppress(OSError), open(part, "r+b") as file:  # it may be gone, or another user's
            if _locked(file.fileno(), wait=False):
                part.unlink()


def _locked(handle: int, *, wait: bool) -> bool:
    """Whether the file could be locked: not where another holds it, on Windows, or on a disk without locks."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except (ImportError, OSError):
        return False
    return True


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Writes a whole file of bytes."""
    with replacing(path) as file:
        file.write(data)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Writes a whole file of UTF-8 text."""
    write_bytes(path, text.encode())


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or those of any new file."""
    with contextlib.suppress(OSError):
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _explained(target: Path, error: OSError) -> DL4PyError:
    if isinstance(error, FileNotFoundError):
        hint = f"make the folder `{target.parent}` first"
    elif isinstance(error, NotADirectoryError):
        hint = f"`{target.parent}` is a file; choose a folder"
    elif isinstance(error, IsADirectoryError):
        hint = "this is a folder; name a file in it"
    elif isinstance(error, PermissionError) or error.errno == errno.EROFS:
        hint = "choose a folder that you may write to"
    elif error.errno in FULL:
        hint = "free some space, or choose another disk; what stood there before is untouched"
    else:
        hint = None
    return DL4PyError(f"cannot write `{target}`: {error.strerror or error}", hint=hint)
