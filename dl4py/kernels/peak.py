"""What the machine gives: the register tile on numbers that never leave the first-level cache, and a plain copy."""

from __future__ import annotations

import time

import numpy as np

from dl4py.kernels import tiling
from dl4py.kernels.jit import kernel

stripe = tiling.stripe
ROWS, DEPTH = 48, 256


@kernel("r k, p -> r c")
def again(a, packed, out, times: int):
    """The same product of a panel `times` times."""
    depth, width = a.shape[1], out.shape[1]
    for _ in range(times):
        stripe(a, 0, depth, 1, None, 0, 1, depth, packed, 0, out, 0, width, 0, out, 0, width, out.shape[0], width)


def products(precision: str, seconds: float = 0.2) -> float:
    """The most multiply-adds a second that one thread reached, counted twice: once for each operation."""
    from dl4py.kernels.processor import BYTES

    width = 2 * BYTES // np.dtype(precision).itemsize
    a, packed = np.ones((ROWS, DEPTH), precision), np.ones(DEPTH * width, precision)
    function, args = again.bind((a, packed, np.zeros((ROWS, width), precision)), (40,))
    return 2 * 40 * ROWS * DEPTH * width / _best(lambda: function(*args), seconds)


def copies(seconds: float = 0.2) -> float:
    """Bytes a second that one thread reads and writes in a copy too large for caches."""
    a = np.ones(1 << 26, np.uint8)
    out = np.ones_like(a)
    return 2 * a.nbytes / _best(lambda: np.copyto(out, a), seconds)


def _best(run, seconds):
    best, start = float("inf"), time.perf_counter()
    while time.perf_counter() - start < seconds or best == float("inf"):
        before = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - before)
    return best
