"""Numbers that travel as changes in half precision."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

HEAD = 4  # bytes of a segment's exponent
LEAST, MOST = -100, 127  # its powers of two are numbers of both precisions


class Half:
    """``e = ceil(log2 max |v - v_0|)``, ``h = half((v - v_0) 2^-e)``: what changed since the last mean `v_0`, in two
    bytes a value.

    A change is off by at most 2^-11 of itself, or 2^-25 of its segment's largest. All workers take ``v_0 + h 2^e``, the
    owner of a mean too, so that they stay the same.
    """

    def __init__(self, parts: Sequence[np.ndarray]) -> None:
        self._last = np.concatenate(parts)

    def pack(self, numbers: np.ndarray, place: slice) -> np.ndarray:
        """The bytes of a segment."""
        change = numbers - self._last[place]
        top = float(np.abs(change).max())
        exponent = min(max(int(np.frexp(top)[1]), LEAST), MOST) if np.isfinite(top) else 0
        packed = np.empty(packed_bytes(numbers.size), np.uint8)
        packed[:HEAD].view("<i4")[0] = exponent
        packed[HEAD:].view("<f2")[:] = np.multiply(change, change.dtype.type(2.0**-exponent), out=change)
        return packed

    def unpack(self, packed: np.ndarray, numbers: np.ndarray, place: slice) -> None:
        """Puts into `numbers` what a segment's bytes say."""
        exponent = int(packed[:HEAD].view("<i4")[0])
        np.multiply(packed[HEAD:].view("<f2"), numbers.dtype.type(2.0**exponent), out=numbers, dtype=numbers.dtype)
        numbers += self._last[place]

    def settled(self, parts: Sequence[np.ndarray]) -> None:
        """The mean, from which the next changes are counted."""
        np.concatenate(parts, out=self._last)


def packed_bytes(values: int) -> int:
    """Bytes of a segment of so many values."""
    return HEAD + 2 * values
