"""Windows straight from the tile, against every window and every tap visited one by one."""

import itertools
from math import prod

import numpy as np
import pytest

from dl4py.layers import direct
from dl4py.layers.columns import Grid
from dl4py.layers.window import Window
from dl4py.plan import Emitter, Plan
from tests.contract import generator

# axes of an image, then kernel, stride, dilation, begin and number of windows for each
CASES = {
    "valid": ((1, 6, 7), (1, 3, 2), (1, 1, 1), (1, 1, 1), (0, 0, 0), (1, 4, 6)),
    "same": ((1, 5, 6), (1, 3, 3), (1, 1, 1), (1, 1, 1), (0, 1, 1), (1, 5, 6)),
    "even kernel": ((1, 5, 5), (1, 4, 2), (1, 1, 1), (1, 1, 1), (0, 1, 0), (1, 5, 5)),
    "strides": ((1, 7, 9), (1, 3, 3), (1, 2, 3), (1, 1, 1), (0, 1, 1), (1, 4, 3)),
    "dilation": ((1, 9, 8), (1, 3, 3), (1, 1, 1), (1, 2, 3), (0, 2, 3), (1, 9, 8)),
    "dilation and stride": ((1, 9, 8), (1, 2, 3), (1, 2, 1), (1, 3, 2), (0, 1, 2), (1, 4, 8)),
    "places without a window": ((1, 8, 8), (1, 3, 3), (1, 3, 3), (1, 1, 1), (0, 0, 0), (1, 2, 2)),
    "volume": ((3, 4, 5), (2, 2, 3), (1, 2, 1), (1, 1, 1), (1, 0, 1), (4, 2, 5)),
    "causal steps": ((1, 6, 4), (1, 3, 1), (1, 1, 1), (1, 2, 1), (0, 4, 0), (1, 6, 4)),
    "wide": ((1, 2, 300), (1, 1, 3), (1, 1, 1), (1, 1, 1), (0, 0, 1), (1, 2, 300)),
}


def brute_force(x, W, dz, stride, dilation, begin):
    """``z``, ``dW`` and ``dx``."""
    z, dW, dx = np.zeros(dz.shape), np.zeros(W.shape), np.zeros(x.shape)
    for p in itertools.product(*map(range, dz.shape[1:4])):
        for tap in itertools.product(*map(range, W.shape[:3])):
            place = tuple(p[a] * stride[a] - begin[a] + tap[a] * dilation[a] for a in range(3))
            if all(0 <= at < end for at, end in zip(place, x.shape[1:4], strict=True)):
                z[:, *p] += x[:, *place] @ W[tap]
                dW[tap] += x[:, *place].T @ dz[:, *p]
                dx[:, *place] += dz[:, *p] @ W[tap].T
    return z, dW, dx


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("kind", "error"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize(("n_in", "n_out"), [(3, 5), (1, 20), (130, 33)])
def test_windows(name, kind, error, n_in, n_out):
    axes, kernel, stride, dilation, begin, out = CASES[name]
    g = generator(5)
    x, W, dz = (g.normal(size=s) for s in ((2, *axes, n_in), (*kernel, n_in, n_out), (2, *out, n_out)))
    W = np.asfortranarray(W)
    windows = [Window(*w) for w in zip(axes, kernel, stride, dilation, begin, out, strict=True)]
    grid = Grid(2, tuple(windows))
    assert direct.fits(grid)
    e = Emitter(2)
    image = e.constant(x)
    image.needs_gradient = True
    z, back = direct.correlate(e, grid, image, e.constant(W))
    dW = e.array(prod(kernel) * n_in, n_out)
    dx = back(e.constant(dz.reshape(-1, n_out)), dW)
    for array in (z, dW, dx):
        array.kept = True
    plan = Plan(e.calls, kind)
    plan.bind({"arena": np.full(plan.layout.total, 0xFF, np.uint8)})
    plan.run()
    for found, truth in zip((z, dW, dx), brute_force(x, W, dz, stride, dilation, begin), strict=True):
        assert np.allclose(plan.numbers(found), truth.reshape(found.shape), atol=error * max(1, abs(truth).max()))


def test_what_does_not_fit():
    """Places that are windows of their own are a product; windows that begin within the image are rare."""
    assert not direct.fits(Grid(2, (Window(1, 1, 1, 1, 0, 1), Window(4, 1, 1, 1, 0, 4), Window(4, 1, 1, 1, 0, 4))))
    assert not direct.fits(Grid(2, (Window(1, 1, 1, 1, 0, 1), Window(4, 2, 1, 1, -1, 2), Window(4, 1, 1, 1, 0, 4))))
