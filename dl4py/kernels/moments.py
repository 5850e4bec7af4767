"""Bias correction of running moments, for Adam and its relatives."""

from __future__ import annotations

import math

import numpy as np

from dl4py.kernels.jit import helper


@helper
def step_size(rate, t, beta1, beta2, epsilon, quirk):
    """``rate sqrt(1 - b2^t) / (1 - b1^t)`` in double, t from 1 on; with `quirk` epsilon for 0, infinity and NaN."""
    one = np.float64(1.0)
    alpha = rate * math.sqrt(one - np.float64(beta2) ** t) / (one - np.float64(beta1) ** t)
    if quirk and (alpha == np.float64(0.0) or not math.isfinite(alpha)):
        return np.float64(epsilon)
    return alpha
