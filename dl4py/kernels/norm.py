"""Normalization: rows (layer normalization), columns (batch normalization)."""

from __future__ import annotations

from math import sqrt

from dl4py.kernels.jit import kernel


@kernel("b o, o -> b o, b one, b o", split=True)
def layer_norm(a, gain, unit, inverse, z, epsilon: float):
    """``unit = (a - mean) / sqrt(var + eps)`` over each row, ``z = unit g``; `inverse` keeps ``1 / sqrt(var + eps)``."""
    n = a.dtype.type(a.shape[1])
    for i in range(a.shape[0]):
        mean = 0.0
        for j in range(a.shape[1]):
            mean += a[i, j]
        mean /= n
        variance = 0.0
        for j in range(a.shape[1]):
            d = a[i, j] - mean
            variance += d * d
        inverse[i, 0] = 1.0 / sqrt(variance / n + epsilon)
        for j in range(a.shape[1]):
            unit[i, j] = (a[i, j] - mean) * inverse[i, 0]
            z[i, j] = unit[i, j] * gain[j]


@kernel("b o, b one, o, b o* -> o")
def layer_norm_backward(unit, inverse, gain, dz, dgain):
    """Turns ``dz`` into ``da`` in place and sums the gain's gradient."""
    n = unit.dtype.type(unit.shape[1])
    dgain[:] = 0.0
    for i in range(unit.shape[0]):
        mean = 0.0
        dot = 0.0
        for j in range(unit.shape[1]):
            dgain[j] += dz[i, j] * unit[i, j]
            d = dz[i, j] * gain[j]
            mean += d
            dot += d * unit[i, j]
        mean /= n
        dot /= n
        for j in range(unit.shape[1]):
            dz[i, j] = (dz[i, j] * gain[j] - mean - unit[i, j] * dot) * inverse[i, 0]
