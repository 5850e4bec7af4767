"""Elementary functions for kernels: polynomials that vectorise in single precision, libm in double.

Stated errors are the largest relative errors in single precision over the whole range, measured against libm in double.
"""

from __future__ import annotations

import math

import numpy as np

from dl4py.kernels.jit import helper


@helper(double=math.exp)
def exp(x):
    """``e^x``, error 2e-7; 0 below -87.3, 2^128 (infinite) above 88.7. NaN stays NaN.

    ``e^x = 2^n e^r`` with ``n = round(x / ln 2)``, ``|r| <= ln 2 / 2`` and a polynomial of degree 6 for ``e^r``.
    """
    y = min(max(x, -87.33654), 88.72284)
    n = np.floor(y * 1.44269504 + 0.5)
    r = (y - n * 0.693359375) + n * 2.12194440e-4
    p = 1.9875691500e-4
    p = p * r + 1.3981999507e-3
    p = p * r + 8.3334519073e-3
    p = p * r + 4.1665795894e-2
    p = p * r + 1.6666665459e-1
    p = p * r + 5.0000001201e-1
    p = p * r * r + r + 1.0
    half = np.int32(n) >> 1  # two factors: 2^n alone overflows at n = 128
    a = np.int32((half + 127) << 23).view(np.float32)
    b = np.int32((np.int32(n) - half + 127) << 23).view(np.float32)
    return p * a * b if x == x else x


@helper(double=math.log)
def log(x):
    """Natural logarithm, error 2e-7; -infinity at 0, NaN below."""
    return math.log(x)


@helper(double=math.log1p)
def log1p(x):
    """``log(1 + x)``."""
    return math.log1p(x)


@helper
def sigmoid(x):
    """``1 / (1 + e^-x)``."""
    return 1.0 / (1.0 + exp(-x))


@helper(double=math.tanh)
def tanh(x):
    """Hyperbolic tangent, error 4e-7: an odd polynomial below 0.625, ``1 - 2 / (e^2x + 1)`` above."""
    z = abs(x)
    s = x * x
    p = -5.70498872745e-3
    p = p * s + 2.06390887954e-2
    p = p * s - 5.37397155531e-2
    p = p * s + 1.33314422036e-1
    p = p * s - 3.33332819422e-1
    small = p * s * x + x
    large = 1.0 - 2.0 / (exp(z + z) + 1.0)
    return small if z < 0.625 else math.copysign(large, x)


@helper
def softplus(x):
    """``log(1 + e^x)`` without overflow."""
    return max(x, 0.0) + log1p(exp(-abs(x)))
