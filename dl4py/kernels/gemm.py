"""Matrix products on views, through NumPy's BLAS; the one door to products, whatever computes them."""

from __future__ import annotations

import numpy as np

from dl4py.kernels.jit import native


@native("b i, i o -> b o")
def matmul(a, b, out):
    """``out = a b``; transposed and column-major views are passed to BLAS as they are."""
    if out.flags.c_contiguous:
        return np.dot, (a, b, out)
    if out.flags.f_contiguous:
        return np.dot, (b.T, a.T, out.T)
    return np.matmul, (a, b, out)


@native("p q b i, p q i o -> p q b o")
def products(a, b, out):
    """``out[p, q] = a[p, q] b[p, q]``: a product for each place, views passed as they are."""
    return np.matmul, (a, b, out)
