"""Products of all steps at once, and gradients of weights: against NumPy in double; lookups against products."""

import numpy as np
import pytest

from dl4py.kernels import sequence
from tests.contract import generator

ROWS, N = 700, 21  # rows enough for three parts of a sum


def run(kernel, arrays, threads):
    for part in kernel.cut(arrays, threads):
        function, args = kernel.bind(part, ())
        function(*args)


def looked_at(x):
    """What `one_hot` says of these rows."""
    places, plain = np.full(len(x), -7), np.full(1, -7)
    function, args = sequence.one_hot.bind((x, places, plain), ())
    function(*args)
    return places, plain


def inputs(kind, precision):
    """Rows of the input, and whether each has a single 1 at most."""
    g = generator(4)
    x = np.eye(N)[g.integers(0, N, ROWS)]
    x[3] = 0.0
    if kind == "numbers":
        x = g.normal(size=(ROWS, N))
    elif kind == "two ones in the last row":
        x[-1, :2] = 1.0
    elif kind == "half a one":
        x[ROWS // 2] *= 0.5
    return x.astype(precision), kind == "one-hot"


@pytest.mark.parametrize("kind", ["one-hot", "numbers", "two ones in the last row", "half a one"])
@pytest.mark.parametrize("columns", [20, 96, 212])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("precision", "error"), [("float64", 1e-12), ("float32", 2e-4)])
def test_products_and_gradients(kind, columns, threads, precision, error):
    g = generator(5)
    x, hot = inputs(kind, precision)
    places, plain = looked_at(x)
    assert plain[0] == hot
    W = np.asfortranarray(g.normal(size=(N, columns)).astype(precision))
    h, dz = (g.normal(size=(ROWS, n)).astype(precision) for n in (13, columns))
    found = {}
    for said in {0, int(plain[0])}:  # as it is, and looked up
        flag = np.array([said])
        z = np.zeros((ROWS, columns), precision)
        scratch = np.full((threads, sequence.times_size(N)), np.nan, precision)
        run(sequence.times, (x, places, flag, W, scratch, z), threads)
        dW, dR = (np.full((n, columns), np.nan, precision, order="F") for n in (N, 13))
        db = np.full(columns, np.nan, precision)
        scratch = np.full((threads, sequence.gradients_size(N + 13)), np.nan, precision)
        run(sequence.gradients, (x, places, flag, h, dz, scratch, dW, dR, db), threads)
        wide = [a.astype("float64") for a in (x, W, h, dz)]
        truths = (wide[0] @ wide[1], wide[0].T @ wide[3], wide[2].T @ wide[3], wide[3].sum(axis=0))
        found[said] = (z, dW, dR, db)
        for a, truth in zip(found[said], truths, strict=True):
            assert np.allclose(a, truth, rtol=0, atol=error)
    for once, again in zip(found[0], found[int(plain[0])], strict=True):
        assert np.array_equal(once, again), "a lookup is the product bit for bit"
