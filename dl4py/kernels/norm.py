"""Normalization: rows (layer normalization), columns (batch normalization)."""

from __future__ import annotations

from itertools import pairwise
from math import log10, sqrt

import numpy as np

from dl4py.kernels.jit import kernel, native


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


@kernel("b n, b one -> n")
def shift(x, mask, out):
    """The first row of the mask: a number near each column's others."""
    for i in range(x.shape[0]):
        if mask[i, 0] != 0.0:
            for j in range(x.shape[1]):
                out[j] = x[i, j]
            return
    out[:] = 0.0


def in_parts(arrays, threads):
    """Rows of matrices in as many parts as there are rows of sums, the last two arrays."""
    rows, many = arrays[0].shape[0], arrays[-1].shape[0]
    edges = [rows * i // many for i in range(many + 1)]
    parts = [tuple(a[i:j] if a.ndim == 2 else a for a in arrays[:-2]) for i, j in pairwise(edges)]
    return [(*part, arrays[-2][i], arrays[-1][i]) for i, part in enumerate(parts)]


@native("b n, b one, n -> p n, p m", cut=in_parts)
def moment_sums(x, mask, near, sums, squares):
    """For each part of the rows ``sum (x - near)``, ``sum (x - near)^2``, and behind the squares the number of rows.

    In double: a column of an image batch has millions of terms. One pass serves, as `near` is near.
    """
    return moment_sums_of_part.bind((x, mask, near, sums, squares), ())


@kernel("b n, b one, n -> n, m")
def moment_sums_of_part(x, mask, near, sums, squares):
    """`moment_sums` of one part."""
    n = x.shape[1]
    sums[:] = 0.0
    squares[:] = 0.0
    for i in range(x.shape[0]):
        m = np.float64(mask[i, 0])
        if m != 0.0:
            squares[n] += m
            for j in range(n):
                d = np.float64(x[i, j] - near[j])
                sums[j] += m * d
                squares[j] += m * d * d


@kernel("n, p n, p m -> n, n, n, one")
def moments(near, sums, squares, mean, variance, inverse, count, eps: float):
    """Mean, biased variance and ``1 / sqrt(var + eps)`` of each column, and the number of rows, in double."""
    n = near.shape[0]
    rows = np.float64(0.0)
    for part in range(sums.shape[0]):
        rows += squares[part, n]
    count[0] = max(rows, np.float64(1.0))
    for j in range(n):
        total, square = np.float64(0.0), np.float64(0.0)
        for part in range(sums.shape[0]):
            total += sums[part, j]
            square += squares[part, j]
        total /= count[0]
        mean[j] = near[j] + total
        variance[j] = max(square / count[0] - total * total, np.float64(0.0))
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


@kernel("b n, n, n, n, n -> b n", split=True)
def batch_norm(x, mean, inverse, gamma, beta, y):
    """``y = gamma (x - mean) / sqrt(var + eps) + beta``."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            y[i, j] = gamma[j] * ((x[i, j] - mean[j]) * inverse[j]) + beta[j]


@native("b n, b one, b n, n, n -> p n, p n", cut=in_parts)
def batch_norm_sums(x, mask, dy, mean, inverse, gammas, betas):
    """For each part of the rows ``sum dy unit`` and ``sum dy``, in double; `unit` is ``(x - mean) inverse``."""
    return batch_norm_sums_of_part.bind((x, mask, dy, mean, inverse, gammas, betas), ())


@kernel("b n, b one, b n, n, n -> n, n")
def batch_norm_sums_of_part(x, mask, dy, mean, inverse, gammas, betas):
    """`batch_norm_sums` of one part."""
    gammas[:] = 0.0
    betas[:] = 0.0
    for i in range(x.shape[0]):
        if mask[i, 0] != 0.0:
            for j in range(x.shape[1]):
                gammas[j] += dy[i, j] * ((x[i, j] - mean[j]) * inverse[j])
                betas[j] += dy[i, j]


@kernel("p n, p n -> n, n")
def batch_norm_gradients(gammas, betas, dgamma, dbeta):
    """``dgamma`` and ``dbeta`` from the sums of all parts."""
    for j in range(gammas.shape[1]):
        gamma, beta = np.float64(0.0), np.float64(0.0)
        for part in range(gammas.shape[0]):
            gamma += gammas[part, j]
            beta += betas[part, j]
        dgamma[j] = gamma
        dbeta[j] = beta


@kernel("b n, b one, n, n, n, n, n, one, b n*", split=True)
def batch_norm_backward(x, mask, mean, inverse, gamma, dgamma, dbeta, count, dy):
    """Turns ``dy`` into ``dx = gamma / sqrt(var + eps) (dy - mask (sum dy + unit sum(dy unit)) / N)``."""
    share = x.dtype.type(1.0 / count[0])
    for i in range(x.shape[0]):
        m = mask[i, 0] * share
        if m == 0.0:
            for j in range(x.shape[1]):
                dy[i, j] = gamma[j] * inverse[j] * dy[i, j]
        else:
            for j in range(x.shape[1]):
                unit = (x[i, j] - mean[j]) * inverse[j]
                dy[i, j] = gamma[j] * inverse[j] * (dy[i, j] - m * (dbeta[j] + unit * dgamma[j]))


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
