"""Normalizers in ONNX."""

from __future__ import annotations

from typing import Any

from dl4py.data.normalizers.image_scaler import Scaled
from dl4py.data.normalizers.min_max import Ranged
from dl4py.data.normalizers.standardize import Standardized
from dl4py.formats.onnx.writer import Writer


def normalized(w: Writer, fitted: Any, x: str) -> str:
    """The input as the network wants it."""
    if isinstance(fitted, Standardized):
        return w("Div", w("Sub", x, w.constant(fitted.mean)), w.constant(fitted.std))
    if isinstance(fitted, Ranged):
        share = w("Div", w("Sub", x, w.constant(fitted.lower)), w.constant(fitted.upper - fitted.lower))
        return w("Add", w("Mul", share, w.constant(fitted.high - fitted.low)), w.constant(fitted.low))
    assert isinstance(fitted, Scaled)
    scale = (fitted.high - fitted.low) / fitted.largest
    return w("Add", w("Mul", x, w.constant(scale)), w.constant(fitted.low))
