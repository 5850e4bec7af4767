"""Activations in ONNX."""

from __future__ import annotations

from typing import Any

from dl4py.errors import UnsupportedFeature
from dl4py.formats.onnx.writer import Writer


def activated(w: Writer, a: Any, z: str) -> str:
    """An activation, as in inference."""
    simple = {
        "relu6": lambda: w("Clip", z, w.constant(0.0), w.constant(6.0)),
        "sigmoid": lambda: w("Sigmoid", z),
        "tanh": lambda: w("Tanh", z),
        "softplus": lambda: w("Softplus", z),
        "softsign": lambda: w("Softsign", z),
        "selu": lambda: w("Selu", z),
        "mish": lambda: w("Mish", z),
        "identity": lambda: z,
        "softmax": lambda: w("Softmax", z, axis=1),
        "hardsigmoid": lambda: w("HardSigmoid", z, alpha=0.2, beta=0.5),
        "hardtanh": lambda: w("Clip", z, w.constant(-1.0), w.constant(1.0)),
        "cube": lambda: w("Mul", z, w("Mul", z, z)),
        "swish": lambda: w("Mul", z, w("Sigmoid", z)),
        "rectifiedtanh": lambda: w("Relu", w("Tanh", z)),
        "elu": lambda: w("Elu", z, alpha=a.alpha),
        "leakyrelu": lambda: w("LeakyRelu", z, alpha=a.alpha),
        "thresholdedrelu": lambda: w("ThresholdedRelu", z, alpha=a.theta),
    }
    if a.type in simple:
        return simple[a.type]()
    if a.type == "relu" and not a.negative_slope and not a.threshold:
        y = w("Relu", z)
        return y if a.max is None else w("Min", y, w.constant(a.max))
    if a.type == "gelu" and not a.precise:
        return w("Mul", z, w("Sigmoid", w("Mul", z, w.constant(1.702))))
    raise UnsupportedFeature(f"the activation `{a.type}` cannot be exported to ONNX yet", at=a.mark())
