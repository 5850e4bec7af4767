"""Kernels of sequences, against plain NumPy; the steps of LSTM and simple layers are tested with their layers."""

import numpy as np
import pytest

from dl4py.kernels import recurrent as r
from tests.contract import generator

X = generator(1).normal(size=(4, 3, 2))
MASK = np.array([[1, 1, 0], [1, 0, 0], [0.5, 1, 0], [0, 0, 0]])


def call(kernel, *arrays):
    """Machine code of the kernel on arrays."""
    function, args = kernel.bind(arrays, ())
    function(*args)
    return arrays[-1]


def test_reverse():
    assert np.array_equal(call(r.reverse, X, np.empty_like(X)), X[::-1])
    assert np.array_equal(call(r.reverse_mask, MASK, np.empty_like(MASK)), MASK[::-1])


def test_last_step():
    """Examples end at steps 2, 2 and, without any, 0."""
    assert np.array_equal(call(r.last_step, MASK, X, np.empty((3, 2))), X[[2, 2, 0], [0, 1, 2]])
    dx = call(r.last_step_backward, MASK, X[3], np.full_like(X, np.nan))
    truth = np.zeros_like(X)
    truth[[2, 2, 0], [0, 1, 2]] = X[3]
    assert np.array_equal(dx, truth)


def test_repeat_and_sum():
    assert np.array_equal(call(r.repeat, X[0], np.empty_like(X)), np.stack([X[0]] * 4))
    assert np.allclose(call(r.sum_steps, X, np.empty((3, 2))), X.sum(axis=0), 1e-12)


def test_masked_covers_nan():
    a = X[0].copy()
    a[1] = np.nan
    found = call(r.masked, a, np.array([[0.5], [0.0], [1.0]]), np.empty_like(a))
    assert np.array_equal(found, [a[0] / 2, [0, 0], a[2]])


def test_some_differ():
    x = X.copy()
    x[1, 2] = 7.0
    x[2, 0, 0] = 7.0
    out = np.empty((4, 3, 1))
    function, args = r.some_differ.bind((x, out), (7.0,))
    function(*args)
    truth = np.ones((4, 3, 1))
    truth[1, 2] = 0
    assert np.array_equal(out, truth)


@pytest.mark.parametrize("hard", [0, 1])
def test_gates_far_from_zero(hard):
    """Pre-outputs of any size keep gates between 0 and 1 and slopes finite, in single precision."""
    far = np.float32([-3e38, -1e4, -100, 0, 100, 1e4, 3e38])
    z = np.zeros((7, 4), "f")
    product = np.repeat(far[:, None], 4, axis=1)
    before = np.ones((7, 1), "f")
    cell, squashed, h = (np.empty((7, 1), "f") for _ in range(3))
    function, args = r.lstm_step.bind((z, product, before, np.zeros((3, 1), "f"), cell, squashed, h), (hard,))
    function(*args)
    assert np.isfinite(h).all()
    assert (z[:, 1:] >= 0).all()
    assert (z[:, 1:] <= 1).all()
    dz, dcell = np.empty((7, 4), "f"), np.ones((7, 1), "f")
    arrays = (z, squashed, squashed, before, np.zeros((3, 1), "f"), before, before, dcell, dz)
    function, args = r.lstm_step_backward.bind(arrays, (hard,))
    function(*args)
    assert np.isfinite(dz).all()
    assert np.isfinite(dcell).all()


@pytest.mark.parametrize("kernel", [r.lstm_step, r.tanh_step])
def test_rows_may_be_split(kernel):
    """Examples are independent: half of them alone give the same."""
    g = generator(2)
    n = 3
    shapes = {"lstm_step": [(6, 4 * n), (6, 4 * n), (6, n), (3, n), (6, n), (6, n), (6, n)], "tanh_step": [(6, n)] * 3}
    arrays = [g.normal(size=s) for s in shapes[kernel.name]]
    constants = (0,) if kernel.name == "lstm_step" else ()
    whole = [a.copy() for a in arrays]
    function, args = kernel.bind(tuple(whole), constants)
    function(*args)
    for rows in (slice(0, 3), slice(3, 6)):
        part = [a[rows].copy() if len(a) == 6 else a.copy() for a in arrays]
        function, args = kernel.bind(tuple(part), constants)
        function(*args)
        assert all(np.array_equal(a, b[rows]) for a, b in zip(part, whole, strict=True) if len(b) == 6)
