"""Normalization: rows (layer normalization), columns (batch normalization)."""

from __future__ import annotations

from math import log10, sqrt

import numpy as np

from dl4py.kernels.jit import kernel


@kernel("b o, o -> b o, b one, b o", split=True)
def layer_norm(a, gain, unit, inverse, z, epsilon: float):
    """``unit = (a - mean) / sqrt(var + eps)`` over each row, ``z = unit g``; `inverse` keeps ``1 / sqrt(var +
    eps)``, 0 where that is infinite.
    """
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
        variance = variance / n + epsilon
        inverse[i, 0] = 1.0 / sqrt(variance) if variance > 0.0 else 0.0
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


@kernel("b n, b one -> n, n, n, n, one")
def moments(x, mask, sums, mean, variance, inverse, count, eps: float):
    """Mean, biased variance and ``1 / sqrt(var + eps)`` of each column over the rows of the mask, and their number.

    `sums` and `count` are in double: a column of an image batch has millions of terms.
    """
    rows = np.float64(0.0)
    sums[:] = 0.0
    for i in range(x.shape[0]):
        m = mask[i, 0]
        rows += m
        if m != 0.0:
            for j in range(x.shape[1]):
                sums[j] += m * x[i, j]
    count[0] = max(rows, np.float64(1.0))
    for j in range(x.shape[1]):
        mean[j] = sums[j] / count[0]
        sums[j] = 0.0
    for i in range(x.shape[0]):
        m = mask[i, 0]
        if m != 0.0:
            for j in range(x.shape[1]):
                d = x[i, j] - mean[j]
                sums[j] += m * d * d
    for j in range(x.shape[1]):
        variance[j] = sums[j] / count[0]
        inverse[j] = 1.0 / sqrt(variance[j] + eps)


@kernel("n, n -> n, n")
def running(kept_mean, kept_spread, mean, inverse, log_std: int, eps: float):
    """Mean and ``1 / sqrt(var + eps)`` out of the kept statistics."""
    for j in range(mean.shape[0]):
        mean[j] = kept_mean[j]
        variance = kept_spread[j]
        if log_std:
            deviation = 10.0 ** kept_spread[j]
            variance = deviation * deviation
        inverse[j] = 1.0 / sqrt(variance + eps)


@kernel("b n, n, n, n, n -> b n, b n", split=True)
def batch_norm(x, mean, inverse, gamma, beta, unit, y):
    """``unit = (x - mean) / sqrt(var + eps)``, ``y = gamma unit + beta``."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            unit[i, j] = (x[i, j] - mean[j]) * inverse[j]
            y[i, j] = gamma[j] * unit[i, j] + beta[j]


@kernel("b n, b n -> n, n, n, n")
def batch_norm_sums(unit, dy, gammas, betas, dgamma, dbeta):
    """``dgamma = sum dy unit``, ``dbeta = sum dy``; `gammas` and `betas` are the sums in double."""
    gammas[:] = 0.0
    betas[:] = 0.0
    for i in range(unit.shape[0]):
        for j in range(unit.shape[1]):
            gammas[j] += dy[i, j] * unit[i, j]
            betas[j] += dy[i, j]
    for j in range(unit.shape[1]):
        dgamma[j] = gammas[j]
        dbeta[j] = betas[j]


@kernel("b n, b one, n, n, n, n, one, b n*", split=True)
def batch_norm_backward(unit, mask, inverse, gamma, dgamma, dbeta, count, dy):
    """Turns ``dy`` into ``dx = gamma / sqrt(var + eps) (dy - mask (sum dy + unit sum(dy unit)) / N)``."""
    share = unit.dtype.type(1.0 / count[0])
    for i in range(unit.shape[0]):
        m = mask[i, 0] * share
        for j in range(unit.shape[1]):
            dy[i, j] = gamma[j] * inverse[j] * (dy[i, j] - m * (dbeta[j] + unit[i, j] * dgamma[j]))


@kernel("b n*, n, n", split=True)
def running_backward(dy, inverse, gamma):
    """Turns ``dy`` into ``dx = gamma dy / sqrt(var + eps)``, the statistics being constants."""
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            dy[i, j] *= gamma[j] * inverse[j]


@kernel("n, n, n, n -> n, n")
def statistics_step(kept_mean, kept_spread, mean, variance, mean_step, spread_step, decay: float, log_std: int):
    """What is subtracted from the kept statistics: ``(1 - d)(kept - new)``, or old minus new logarithm."""
    for j in range(mean.shape[0]):
        mean_step[j] = (1.0 - decay) * (kept_mean[j] - mean[j])
        if log_std:
            deviation = 10.0 ** kept_spread[j]
            spread = decay * deviation * deviation + (1.0 - decay) * variance[j]
            spread_step[j] = kept_spread[j] - log10(sqrt(spread))
        else:
            spread_step[j] = (1.0 - decay) * (kept_spread[j] - variance[j])
