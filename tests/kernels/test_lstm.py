"""All steps of an LSTM in one kernel, against the formulas in plain NumPy; gradients are tested with the layers."""

import numpy as np
import pytest

from dl4py.kernels import lstm, pack
from tests.contract import generator


def packed(W):
    out = np.full(pack.packed_size(*W.shape), np.nan, W.dtype)
    function, args = pack.pack.bind((W, out), ())
    function(*args)
    return out


def forward(z, h0, c0, R, bias, peepholes, mask, hard, *ranges):
    """Gates, states, cells and their tanh after all steps; `ranges` of examples are done one by one."""
    time, batch, _ = z.shape
    n = len(R)
    h, c = (np.concatenate([a[None], np.zeros((time, batch, n), z.dtype)]) for a in (h0, c0))
    gates, squashed = z.copy(), np.zeros_like(h[1:])
    new = c[1:] if mask is None else np.zeros_like(h[1:])
    over = np.ones((1, 1), z.dtype) if mask is None else mask
    arrays = (gates, h, c, packed(R), bias, peepholes, over, new, squashed)
    for part in ranges or [(0, batch)]:
        function, args = lstm.lstm_forward.bind(arrays, (hard, int(mask is not None), *part))
        function(*args)
    return gates, h, c, new, squashed


def truth(z, h, c, R, bias, peepholes, mask, hard):
    def opened(a):
        return np.clip(0.2 * a + 0.5, 0, 1) if hard else 1 / (1 + np.exp(-a))

    hs, cs = [h], [c]
    for t in range(len(z)):
        i, f, o, g = np.split(z[t] + h @ R + bias, 4, axis=1)
        new = opened(f + c * peepholes[0]) * c + opened(g + c * peepholes[2]) * np.tanh(i)
        h = opened(o + new * peepholes[1]) * np.tanh(new)
        m = 1 if mask is None else mask[t][:, None]
        h, c = h * m, new * m
        hs.append(h)
        cs.append(c)
    return np.array(hs), np.array(cs)


def drawn(kind, time=4, batch=7, n=5):
    g = generator(3)
    shapes = [(time, batch, 4 * n), (batch, n), (batch, n), (n, 4 * n), (4 * n,), (3, n)]
    return [g.normal(size=shape).astype(kind) for shape in shapes]


@pytest.mark.parametrize("hard", [0, 1])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("kind", "error"), [("d", 1e-12), ("f", 2e-6)])
def test_forward(hard, masked, kind, error):
    arrays = drawn(kind)
    mask = generator(4).integers(0, 2, (4, 7)).astype(kind) if masked else None
    _, h, c, _, _ = forward(*arrays, mask, hard)
    hs, cs = truth(*arrays, mask, hard)
    assert np.allclose(h, hs, atol=error)
    assert np.allclose(c, cs, atol=error)
    assert mask is None or (h[1:][mask == 0] == 0).all()


def test_examples_are_independent():
    """Parts of the batch give the same bits as the whole: threads take them."""
    arrays = drawn("f")
    whole, parts = (forward(*arrays, None, 0, *ranges) for ranges in ([], [(0, 3), (3, 7)]))
    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))


@pytest.mark.parametrize("hard", [0, 1])
def test_gates_far_from_zero(hard):
    """Pre-outputs of any size keep gates between 0 and 1 and slopes finite, in single precision."""
    far = np.float32([-3e38, -1e4, -100, 0, 100, 1e4, 3e38])
    z = np.repeat(far[None, :, None], 4, axis=2)
    none, ones, R, peepholes = np.zeros(4, "f"), np.ones((7, 1), "f"), np.zeros((1, 4), "f"), np.zeros((3, 1), "f")
    gates, h, c, _, squashed = forward(z, ones, ones, R, none, peepholes, None, hard)
    assert np.isfinite(h).all()
    assert (gates[:, :, 1:] >= 0).all()
    assert (gates[:, :, 1:] <= 1).all()
    dh, dproduct, dcell, dz = (np.ones(s, "f") for s in ((1, 7, 1), (7, 1), (7, 1), (1, 7, 4)))
    arrays = (gates, squashed, c, dh, packed(R.T), peepholes, np.ones((1, 1), "f"), dproduct, dcell, dz)
    function, args = lstm.lstm_backward.bind(arrays, (hard, 0, 0, 0, 0, 7))
    function(*args)
    assert np.isfinite(dz).all()
    assert np.isfinite(dcell).all()
