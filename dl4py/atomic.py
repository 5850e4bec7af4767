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


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[Any]]:
    """A binary file that takes the place of `path` when the block ends, and vanishes when it fails."""
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise _explained(target, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(name)
        if isinstance(error, OSError):
            raise _explained(target, error) from error
        raise


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
