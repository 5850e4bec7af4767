"""Against the paper's formulas in plain NumPy, and central differences."""

import numpy as np
import pytest

from dl4py.kernels import capsules
from dl4py.kernels.move import copy_flat
from dl4py.kernels.rows import fill
from tests.contract import assert_close, central, generator, run


def squashed(s):
    square = (s**2).sum(-1, keepdims=True)
    return square / (1 + square) * s / np.sqrt(square + 1e-5)


def routed(logits, u, bias):
    c = np.exp(logits) / np.exp(logits).sum(2, keepdims=True)
    return c, (c[..., None] * u).sum(1) + bias


def test_squash():
    s = generator(1).normal(size=(3, 4, 5)) * np.array([0.01, 0.3, 1.0, 5.0])[None, :, None]
    v, _ = run(lambda e, a: squash(e, a)[:1], s)
    assert_close(v, squashed(s), 1e-12, 1e-15)
    assert (np.linalg.norm(v, axis=2) < 1).all()


def squash(e, s, dv=None):
    v = e.like(s)
    e(capsules.squash, s, v)
    if dv is None:
        return [v]
    ds = e.like(s)
    e(copy_flat, dv.flat, ds.flat)
    e(capsules.squash_backward, s, ds)
    return [v, ds]


def test_gradient_of_squash():
    g = generator(2)
    s, dv = g.normal(size=(2, 3, 4)), g.normal(size=(2, 3, 4))
    _, ds, _ = run(squash, s, dv)
    assert_close(ds, central(lambda a: float((squashed(a) * dv).sum()), s), 1e-5, 1e-8)


@pytest.fixture
def routing():
    g = generator(3)
    return g.normal(size=(2, 4, 3)), g.normal(size=(2, 4, 3, 5)), g.normal(size=(3, 5)), g.normal(size=(2, 3, 5))


def forward(e, logits, u, bias, ds):
    coupling, s = e.like(logits), e.like(ds)
    e(capsules.route, logits, u, bias, coupling, s)
    dlogits, du = e.like(logits), e.like(u)
    e(fill, dlogits.flat, 0.0)
    e(fill, du.flat, 0.0)
    e(capsules.route_backward, u, coupling, ds, dlogits, du)
    return [coupling, s, dlogits, du]


def test_route(routing):
    logits, u, bias, ds = routing
    coupling, s, dlogits, du, _ = run(forward, logits, u, bias, ds)
    for ours, truth in zip((coupling, s), routed(logits, u, bias), strict=True):
        assert_close(ours, truth, 1e-12, 1e-15)
    assert_close(dlogits, central(lambda a: float((routed(a, u, bias)[1] * ds).sum()), logits), 1e-5, 1e-8)
    assert_close(du, central(lambda a: float((routed(logits, a, bias)[1] * ds).sum()), u), 1e-5, 1e-8)


def agreement(e, logits, u, v, dout):
    out, du, dv = e.like(logits), e.like(u), e.like(v)
    e(capsules.agree, logits, u, v, out)
    e(fill, du.flat, 0.0)
    e(capsules.agree_backward, u, v, dout, du, dv)
    return [out, du, dv]


def test_agree(routing):
    logits, u, _, v = routing
    dout = generator(4).normal(size=logits.shape)
    out, du, dv, _ = run(agreement, logits, u, v, dout)
    assert_close(out, logits + np.einsum("bicd,bcd->bic", u, v), 1e-12, 1e-14)
    assert_close(du, np.einsum("bic,bcd->bicd", dout, v), 1e-12, 1e-14)
    assert_close(dv, np.einsum("bic,bicd->bcd", dout, u), 1e-12, 1e-14)


def lengths(e, x, dy):
    y, dx = e.like(dy), e.like(x)
    e(capsules.strength, x, y)
    e(capsules.strength_backward, x, y, dy, dx)
    return [y, dx]


def test_strength():
    g = generator(5)
    x, dy = g.normal(size=(4, 2, 3)), g.normal(size=(2, 3))
    x[:, 1, 2] = 0.0
    y, dx, _ = run(lengths, x, dy)
    assert_close(y, np.linalg.norm(x, axis=0), 1e-12, 1e-15)
    assert not dx[:, 1, 2].any()
    x[:, 1, 2] = 1.0
    _, dx, _ = run(lengths, x, dy)
    assert_close(dx, central(lambda a: float((np.linalg.norm(a, axis=0) * dy).sum()), x), 1e-5, 1e-8)
