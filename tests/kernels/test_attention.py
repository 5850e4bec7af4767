"""Against the paper's formula in plain NumPy, and central differences."""

import numpy as np
import pytest

from dl4py.kernels import attention
from tests.contract import assert_close, central, generator, run

HEADS = 2


def by_head(a):
    time, batch, n = a.shape
    return a.reshape(time, batch, HEADS, n // HEADS).transpose(1, 2, 0, 3)


def truth(q, k, v, mask):
    """softmax(q k' / sqrt(d)) v for each example and head; covered keys have no weight."""
    time, batch, n = q.shape
    out = np.zeros((time, batch, v.shape[2]))
    for b in range(batch):
        for h in range(HEADS):
            qs, ks, vs = (by_head(a)[b, h] for a in (q, k, v))
            scores = np.exp(qs @ ks.T / np.sqrt(qs.shape[1])) * mask[:, b]
            weights = scores / scores.sum(1, keepdims=True)
            d = vs.shape[1]
            out[:, b, h * d : (h + 1) * d] = weights @ vs
    return out


def emitted(e, q, k, v, mask, dy):
    weights = e.array(q.shape[1], HEADS, q.rows, k.rows)
    da = e.like(weights)
    y, dq, dk, dv = (e.like(a) for a in (dy, q, k, v))
    scale = (q.shape[2] // HEADS) ** -0.5
    e(attention.compare, q, k, weights)
    e(attention.softmax, weights, mask.T, scale)
    e(attention.gather, weights, v, y)
    e(attention.give_back, weights, dy, dv)
    e(attention.compare, dy, v, da)
    e(attention.softmax_backward, weights, da, scale)
    e(attention.gather, da, k, dq)
    e(attention.give_back, da, q, dk)
    return [y, dq, dk, dv]


@pytest.fixture
def arrays():
    g = generator(1)
    q, k, v = g.normal(size=(3, 4, 6)), g.normal(size=(5, 4, 6)), g.normal(size=(5, 4, 8))
    mask = np.ones((5, 4))
    mask[3:, 1] = mask[1:, 2] = 0.0
    return q, k, v, mask, g.normal(size=(3, 4, 8))


def test_attention_is_the_formula(arrays):
    q, k, v, mask, dy = arrays
    y, *_ = run(emitted, q, k, v, mask, dy)
    assert_close(y, truth(q, k, v, mask), 1e-12, 1e-14)


def test_gradients(arrays):
    q, k, v, mask, dy = arrays
    _, *gradients, _ = run(emitted, q, k, v, mask, dy)
    assert_close(gradients[0], central(lambda a: float((truth(a, k, v, mask) * dy).sum()), q), 1e-5, 1e-8)
    assert_close(gradients[1], central(lambda a: float((truth(q, a, v, mask) * dy).sum()), k), 1e-5, 1e-8)
    assert_close(gradients[2], central(lambda a: float((truth(q, k, a, mask) * dy).sum()), v), 1e-5, 1e-8)


def test_covered_keys_get_no_gradient(arrays):
    _, _, dk, dv, _ = run(emitted, *arrays)
    covered = arrays[3] == 0
    assert not dk[covered].any()
    assert not dv[covered].any()


def test_single_agrees_with_double(arrays):
    for single, double in zip(run(emitted, *arrays, precision="float32"), run(emitted, *arrays), strict=True):
        assert_close(single, double, 1e-4, 1e-5)


def test_an_example_without_keys_attends_evenly(arrays):
    q, k, v, mask, dy = arrays
    mask[:, 0] = 0.0
    y, *_ = run(emitted, q, k, v, mask, dy, precision="float32")
    assert_close(y[:, 0], np.broadcast_to(v[:, 0].mean(0), y[:, 0].shape), 1e-5, 1e-6)
