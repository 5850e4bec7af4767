"""Numbers as Java's Formatter prints them: the shortest decimal of a double, rounded half up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from math import isfinite


def scientific(value: float, digits: int) -> str:
    """`%.5e` for 5 digits."""
    return f"{_rounded(value, digits):.{digits}e}" if isfinite(value) else _word(value)


def fixed(value: float, digits: int) -> str:
    """`%.4f` for 4 digits."""
    if not isfinite(value):
        return _word(value)
    return str(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def _rounded(value: float, digits: int) -> float:
    exact = Decimal(repr(float(value)))
    unit = Decimal(1).scaleb(exact.adjusted() - digits)
    return float(exact.quantize(unit, ROUND_HALF_UP)) if exact else 0.0


def _word(value: float) -> str:
    return str(float(value)).replace("inf", "Infinity").replace("nan", "NaN")
