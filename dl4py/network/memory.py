"""Where a network's vectors lie: in memory, or in a file that the system pages in and out."""

from __future__ import annotations

import mmap
import tempfile

import numpy as np

from dl4py.errors import DL4PyError


def vector(size: int, kind: str, *, mapped: bool = False) -> np.ndarray:
    """`size` zeros of a NumPy type.

    With `mapped` they lie in a file of the folder for temporary files (`TMPDIR`), which goes with the array: the
    system writes pages back when memory is short, so that a model may be larger than memory.
    """
    if not mapped or not size:
        return np.zeros(size, kind)
    length = size * np.dtype(kind).itemsize
    try:
        with tempfile.TemporaryFile(prefix="dl4py-") as file:
            file.truncate(length)
            return np.frombuffer(mmap.mmap(file.fileno(), length), kind)
    except OSError as error:
        raise DL4PyError(
            f"cannot map {length:,} bytes of parameters in {tempfile.gettempdir()}: {error.strerror or error}",
            hint="name a folder with room: TMPDIR=FOLDER",
        ) from error
