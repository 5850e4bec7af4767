"""Machine code is made once on each machine, however many workers start there at the same time."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dl4py.kernels.jit import cache_folder

LIMIT = 600.0  # seconds that anyone waits for another's compiler
_last: Any = None  # the configuration whose code this process has


@contextlib.contextmanager
def once_a_machine(config: Any) -> Iterator[None]:
    """What stands inside compiles the kernels of a network: the first worker does, the others wait and load.

    The lock is a file beside the cache; it goes when its holder dies. A mark says that the code is there, so that
    nobody waits later on.
    """
    global _last
    if config is _last:
        yield
        return
    folder = cache_folder()
    mark = folder / f"made-{hashlib.sha256(repr(config).encode()).hexdigest()[:16]}"
    with contextlib.nullcontext() if mark.exists() else _locked(folder / "lock"):
        yield
        mark.touch()
    _last = config


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # not Unix, where Spark's Python workers are not forked either
        yield
        return
    end = time.monotonic() + LIMIT
    with path.open("w") as file:
        while time.monotonic() < end:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.05)
        yield  # after the limit everyone compiles for himself
