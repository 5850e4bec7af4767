"""Sequences of unequal length as one array with a mask."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def padded(
    sequences: Sequence[np.ndarray], time: int, starts: Sequence[int] | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Sequences `[steps, size]` as `[n, size, time]`, 0 where there is nothing, and their mask `[n, time]`.

    Sequence i begins at step ``starts[i]``, at 0 where starts are not given. There is no mask where nothing is empty.
    """
    n, size = len(sequences), sequences[0].shape[1]
    x = np.zeros((n, size, time), np.float32)
    mask = np.zeros((n, time), np.float32)
    for i, sequence in enumerate(sequences):
        start = starts[i] if starts is not None else 0
        stop = start + len(sequence)
        x[i, :, start:stop] = sequence.T
        mask[i, start:stop] = 1.0
    return x, None if mask.all() else mask
