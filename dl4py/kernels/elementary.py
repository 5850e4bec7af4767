"""Elementary functions for kernels: polynomials that vectorise in single precision, libm in double.

Stated errors are the largest relative errors in single precision over the whole range, measured against libm in double.
The polynomials are those of Moshier's Cephes library, 1984 to 1992, https://www.netlib.org/cephes/.
"""

from __future__ import annotations

import math

import numpy as np

from dl4py.kernels.jit import helper


@helper(double=math.exp)
def exp(x):
    """``e^x``, error 2e-7; 3.4e-38 below -86.29, infinite above 88.73. NaN stays NaN.

    ``e^x = 2^n e^r`` with ``n = round(x / ln 2)``, ``|r| <= ln 2 / 2`` and a polynomial of degree 6 for ``e^r``.
    """
    y = min(max(x, -86.29), 89.0)
    n = np.floor(y * 1.44269504 + 0.5)
    r = (y - n * 0.693359375) + n * 2.12194440e-4
    p = 1.9875691500e-4
    p = p * r + 1.3981999507e-3
    p = p * r + 8.3334519073e-3
    p = p * r + 4.1665795894e-2
    p = p * r + 1.6666665459e-1
    p = p * r + 5.0000001201e-1
    power = np.float32(p * r * r + r + 1.0)
    # n goes into the exponent's bits, all but one: twice a number overflows where it should
    half = np.int32(power.view(np.int32) + (np.int32(n - 1.0) << np.int32(23))).view(np.float32)
    return 2.0 * half if x == x else x


@helper
def log_parts(n, r):
    """``log(2^n (1 + r))`` in single precision, r between the roots of 1/2 and 2, less 1."""
    p = 7.0376836292e-2
    p = p * r - 1.1514610310e-1
    p = p * r + 1.1676998740e-1
    p = p * r - 1.2420140846e-1
    p = p * r + 1.4249322787e-1
    p = p * r - 1.6668057665e-1
    p = p * r + 2.0000714765e-1
    p = p * r - 2.4999993993e-1
    p = p * r + 3.3333331174e-1
    return n * 0.69314718 + (r + r * r * (p * r - 0.5))


@helper(double=math.log)
def log(x):
    """Natural logarithm, error 2e-7; -infinity at 0, NaN below.

    ``x = 2^n m`` with ``m`` between the roots of 1/2 and 2, and a polynomial of degree 10 in ``m - 1``.
    """
    tiny = x < 1.17549435e-38  # the exponent of these is not in its bits
    bits = np.float32(x * 8388608.0 if tiny else x).view(np.int32)
    m = np.int32((bits & np.int32(0x007FFFFF)) | np.int32(0x3F800000)).view(np.float32)
    high = np.int32(1 if m > 1.41421356 else 0)
    n = (bits >> np.int32(23)) - np.int32(150 if tiny else 127) + high
    y = log_parts(np.float32(n), (0.5 * m if high else m) - 1.0)
    y = y if x < np.inf else x  # infinity and NaN
    return y if x > 0.0 else (-np.inf if x == 0.0 else np.nan)


@helper
def sigmoid(x):
    """``1 / (1 + e^-x)``, error 2e-7."""
    return 1.0 / (1.0 + exp(-x))


@helper(double=math.tanh)
def tanh(x):
    """Hyperbolic tangent, error 2e-7: an odd polynomial below 0.625, ``1 - 2 / (e^2x + 1)`` above."""
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
def softplus_of_double(x):
    """``log(1 + e^x)`` in double."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@helper(double=softplus_of_double)
def softplus(x):
    """``log(1 + e^x)`` without overflow, error 2e-7: ``max(x, 0) + log(1 + t)``, ``t = e^-|x|``."""
    t = exp(-abs(x))
    high = t > 0.41421356
    return max(x, 0.0) + log_parts(1.0 if high else 0.0, 0.5 * t - 0.5 if high else t)
