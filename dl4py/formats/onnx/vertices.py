"""Graph vertices in ONNX."""

from __future__ import annotations

from typing import Any

import numpy as np

from dl4py.formats.onnx.writer import Writer, convert, converts


@converts("merge")
def _merge(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("Concat", *x, axis=vertex.merge_axis)


@converts("element_wise")
def _element_wise(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    if vertex.op == "average":
        return w("Mean", *x)
    if vertex.op == "max":
        return w("Max", *x)
    y = x[0]
    for other in x[1:]:
        y = w({"add": "Add", "subtract": "Sub", "product": "Mul"}[vertex.op], y, other)
    return y


@converts("subset")
def _subset(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    bounds = [w.constant([n], np.int64) for n in (vertex.from_, vertex.to + 1, 1)]
    return w("Slice", x[0], *bounds)


@converts("stack")
def _stack(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("Concat", *x, axis=0)


@converts("l2")
def _l2(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("ReduceL2", w("Sub", x[0], x[1]), w.constant([1], np.int64), keepdims=1)


@converts("l2_normalize")
def _l2_normalize(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    norm = w("ReduceL2", x[0], w.constant([1], np.int64), keepdims=1)
    return w("Div", x[0], w("Max", norm, w.constant(vertex.eps)))


@converts("scale")
def _scale(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("Mul", x[0], w.constant(vertex.scale_factor))


@converts("shift")
def _shift(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("Add", x[0], w.constant(vertex.shift_factor))


@converts("preprocessor")
def _preprocessor(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return convert(w, vertex.pre_processor, x, p)
