"""Room for many small numbers."""

from __future__ import annotations

import tempfile
from math import prod

import numpy as np

IN_MEMORY = 1 << 31  # bytes; an array of more lies in a temporary file


def room(shape: tuple[int, ...]) -> np.ndarray:
    """An array of bytes, all 0: in memory or, where it would be very large, in a temporary file without a name."""
    if prod(shape) <= IN_MEMORY:
        return np.zeros(shape, np.uint8)
    with tempfile.TemporaryFile() as file:  # the mapping keeps what the name no longer reaches
        return np.memmap(file, np.uint8, "w+", shape=shape)
