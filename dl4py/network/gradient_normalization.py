"""Normalization and clipping of a layer's gradient, after averaging and before penalties."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from dl4py.kernels.jit import kernel
from dl4py.layers.base import UpdatedKeys
from dl4py.network.parameters import Slot
from dl4py.plan import Array, Emitter


def emit_normalization(e: Emitter, keys: UpdatedKeys, slots: Sequence[Slot]) -> None:
    """Records the layer's mode on its gradient; the parameters of `slots` are neighbours."""
    mode, threshold = keys.gradient_normalization, keys.gradient_normalization_threshold
    if mode == "none":
        return
    first = slots[0]
    whole = Array((slots[-1].stop - first.offset,), space="gradient", offset=first.offset, name=first.node.name)
    parts = [slot.flat("gradient") for slot in slots]
    with e.named(first.node.name):
        if mode == "clip_element_wise_absolute_value":
            e(clip, whole, threshold)
            return
        kernel = renormalize if mode.startswith("renormalize") else clip_norm
        for part in [whole] if mode.endswith("per_layer") else parts:
            e(kernel, part, threshold)


@kernel("n*")
def clip(g, threshold: float):
    """``g = max(-t, min(t, g))``."""
    for i in range(g.shape[0]):
        g[i] = min(max(g[i], -threshold), threshold)


@kernel("n*")
def renormalize(g, threshold: float):
    """``g / |g|``, with 1e-5 for a norm of 0."""
    s = 0.0
    for i in range(g.shape[0]):
        s += g[i] * g[i]
    norm = sqrt(s) if s > 0.0 else 1e-5
    for i in range(g.shape[0]):
        g[i] /= norm


@kernel("n*")
def clip_norm(g, threshold: float):
    """``g t / |g|`` where ``|g| > t``."""
    s = 0.0
    for i in range(g.shape[0]):
        s += g[i] * g[i]
    norm = sqrt(s)
    if norm > threshold:
        factor = threshold / norm
        for i in range(g.shape[0]):
            g[i] *= factor
