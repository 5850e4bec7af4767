"""Heads: products with their weights, and gradients where only some of the inputs need them."""

import numpy as np

from dl4py.layers.attention import attended, project
from dl4py.plan import Params
from tests.contract import assert_close, generator, run

G = generator(2)
W, X, DY = G.normal(size=(2, 3, 4)), G.normal(size=(5, 2, 4)), G.normal(size=(5, 2, 6))


def projected(e, w, x, dy, needed=True):
    w.gradient, x.needs_gradient = e.like(w), needed
    y, backward = project(e, x, w)
    return [y, w.gradient, backward(dy)]


def test_projection_is_one_product_for_each_head():
    y, dw, dx, _ = run(projected, W, X, DY)
    heads = DY.reshape(5, 2, 2, 3)
    assert_close(y, np.einsum("hdi,tbi->tbhd", W, X).reshape(5, 2, 6), 1e-12, 1e-14)
    assert_close(dw, np.einsum("tbhd,tbi->hdi", heads, X), 1e-12, 1e-14)
    assert_close(dx, np.einsum("tbhd,hdi->tbi", heads, W), 1e-12, 1e-14)


def test_an_input_that_needs_no_gradient_gets_none():
    def record(e, w, x, dy):
        assert projected(e, w, x, dy, needed=False)[2] is None
        return [w.gradient]

    dw, _ = run(record, W, X, DY)
    assert_close(dw, run(projected, W, X, DY)[1], 1e-15, 1e-15)


def test_without_weights_heads_are_slices_of_the_inputs():
    q, keys, values = G.normal(size=(3, 2, 4)), G.normal(size=(5, 2, 4)), G.normal(size=(5, 2, 6))
    y, _ = run(lambda e, *xs: attended(e, xs, Params(), 2, None)[:1], q, keys, values)
    for n, h in np.ndindex(2, 2):
        a, b, c = (x[:, n].reshape(len(x), 2, -1)[:, h] for x in (q, keys, values))
        weights = np.exp(a @ b.T / np.sqrt(2))
        truth = weights / weights.sum(1, keepdims=True) @ c
        assert_close(y[:, n, 3 * h : 3 * h + 3], truth, 1e-12, 1e-14)
