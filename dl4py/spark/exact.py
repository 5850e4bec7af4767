"""Sums that do not depend on the order of their terms: gradients as multiples of a power of two."""

from __future__ import annotations

import numpy as np

RUNG = 8  # bits between two bounds that a gradient's size is compared with
BITS = 62


def rung_of(largest: float) -> int:
    """The exponent of the lowest bound above a value: ``largest < 2^rung``, a multiple of 8."""
    if largest == 0.0:
        return -960
    return RUNG * -(-int(np.frexp(largest)[1]) // RUNG)


def exponent(rung: int, terms: int) -> int:
    """How far values below ``2^rung`` are shifted so that so many of them add up without overflow in 63 bits."""
    return BITS - rung - max(1, terms).bit_length()


def whole(values: np.ndarray, shift: int) -> np.ndarray:
    """``round(v 2^shift)`` as int64."""
    return np.rint(np.ldexp(values.astype(np.float64), shift)).astype(np.int64)


def back(total: np.ndarray, shift: int, kind: np.dtype) -> np.ndarray:
    """A sum of such integers as numbers again."""
    return np.ldexp(total.astype(np.float64), -shift).astype(kind)
