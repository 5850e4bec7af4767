"""Kernels of sequences, against plain NumPy; steps are tested with their layers."""

import numpy as np

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


def test_rows_may_be_split():
    """Examples are independent: half of them alone give the same."""
    z, product, h = generator(2).normal(size=(3, 6, 3))
    kept = z.copy()
    whole = call(r.tanh_step, kept, product, h)
    for rows in (slice(0, 3), slice(3, 6)):
        part = z[rows].copy()
        assert np.array_equal(call(r.tanh_step, part, product[rows], np.empty((3, 3))), whole[rows])
        assert np.array_equal(part, kept[rows])
