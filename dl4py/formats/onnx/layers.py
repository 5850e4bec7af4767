"""Layers and preprocessors in ONNX."""

from __future__ import annotations

from typing import Any

import numpy as np

from dl4py.formats.onnx.activations import activated
from dl4py.formats.onnx.writer import Writer, convert, converts


@converts("dense", "output", "auto_encoder")
def _dense(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    z = w("MatMul", x[0], w.constant(p["W"]))
    if "g" in p:
        mean = w("ReduceMean", z, w.constant([1], np.int64), keepdims=1)
        d = w("Sub", z, mean)
        variance = w("ReduceMean", w("Mul", d, d), w.constant([1], np.int64), keepdims=1)
        z = w("Mul", w("Div", d, w("Sqrt", w("Add", variance, w.constant(1e-12)))), w.constant(p["g"]))
    if "b" in p:
        z = w("Add", z, w.constant(p["b"]))
    return activated(w, layer.activation, z)


@converts("activation", "loss")
def _activation(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return activated(w, layer.activation, x[0])


@converts("dropout")
def _dropout(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return x[0]


@converts("frozen")
def _frozen(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return convert(w, layer.layer, x, p)


@converts("frozen_with_backprop")
def _frozen_with_backprop(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return convert(w, layer.underlying, x, p)


@converts("embedding")
def _embedding(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    index = w("Squeeze", w("Cast", x[0], to=7), w.constant([1], np.int64))
    z = w("Gather", w.constant(p["W"]), index, axis=0)
    return activated(w, layer.activation, w("Add", z, w.constant(p["b"])) if "b" in p else z)


@converts("batch_normalization")
def _batch_normalization(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    mean = p["mean"]
    variance = np.float32(10.0) ** (2 * p["log10stdev"]) if "log10stdev" in p else p["var"]
    gamma, beta = p.get("gamma", np.full_like(mean, layer.gamma)), p.get("beta", np.full_like(mean, layer.beta))
    names = [w.constant(v) for v in (gamma, beta, mean, variance)]
    return w("BatchNormalization", x[0], *names, epsilon=layer.eps)


@converts("element_wise_multiplication")
def _element_wise_multiplication(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    z = w("Add", w("Mul", x[0], w.constant(p["W"].reshape(-1))), w.constant(p["b"]))
    return activated(w, layer.activation, z)


@converts("prelu")
def _prelu(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("PRelu", x[0], w.constant(p["W"]))


@converts("cnn_to_feed_forward", "cnn_3d_to_feed_forward")
def _flatten(w: Writer, preprocessor: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("Flatten", x[0], axis=1)
