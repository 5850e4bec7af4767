"""One loop for several kernels, against the same kernels one after another, and against NumPy."""

from math import sqrt

import numpy as np
import pytest

from dl4py.kernels import rows
from dl4py.kernels.fused import Piece, fused, together
from dl4py.kernels.jit import kernel
from dl4py.regularization.l2 import add_scaled
from dl4py.updaters.ada_grad import ada_grad
from dl4py.updaters.adam import adam
from tests.contract import generator

RATE, CLOCK = np.array([0.1]), np.array([3.0, 0.0])


@kernel("n*, n", split=True)
def up_to_a_root(a, b):
    limit = sqrt(2.0)
    for k in range(a.shape[0]):
        i = min(b[k], limit)
        if i > 0.5:
            a[k] += i
        else:
            a[k] = -b[k]


@kernel("n*, n", split=True)
def mixed(a, b):
    for i in range(a.shape[0]):
        a[i] += b[a.shape[0] - 1 - i]


@kernel("n*", split=True)
def summed(a):
    for i in range(1, a.shape[0]):
        a[i] += a[i - 1]


@kernel("n*", split=True)
def until(a):
    for i in range(a.shape[0]):
        if a[i] > 1.0:
            break
        a[i] = 0.0


@kernel("n*", split=True)
def from_the_first(a):
    first = a[0]
    for i in range(a.shape[0]):
        a[i] -= first


def piece(kernel, *args):
    arrays = tuple(arg for arg in args if isinstance(arg, np.ndarray))
    return Piece.of(kernel, arrays, args[len(arrays) :])


def vectors(kind, count, size=1003):
    return [generator(i).normal(size=size).astype(kind) for i in range(count)]


@pytest.mark.parametrize("kind", "fd")
def test_the_steps_of_adam(kind):
    g, w, m, v = vectors(kind, 4)
    v[:] = abs(v)
    wanted = [a.astype(float) for a in (g, w, m, v)]
    pieces = [
        piece(rows.scale, g, 0.125),
        piece(add_scaled, g, w, RATE),
        piece(adam, g, m, v, CLOCK, RATE, 0.9, 0.999, 1e-8, 0),
        piece(rows.subtract, w, g),
    ]
    (loop,) = together(pieces)
    function, args, cut = fused(loop)
    assert cut == (True,) * 4
    function(*args)
    G, W, M, V = wanted
    G = G * 0.125 + 0.1 * W
    M[:], V[:] = 0.9 * M + 0.1 * G, 0.999 * V + 0.001 * G * G
    step = 0.1 * np.sqrt(1 - 0.999**4) / (1 - 0.9**4) * M / (np.sqrt(V) + 1e-8)
    for found, exact in zip((g, w, m, v), (step, W - step, M, V), strict=True):
        np.testing.assert_allclose(found, exact, rtol=1e-5 if kind == "f" else 1e-12, atol=1e-6 if kind == "f" else 0)


@pytest.mark.parametrize("kind", "fd")
def test_names_branches_and_what_comes_before_the_loop(kind):
    a, b, h = vectors(kind, 3)
    h[:] = abs(h)
    alone = [x.copy() for x in (a, b, h)]
    several = [(up_to_a_root, a, b), (ada_grad, b, h, RATE, 1e-6), (up_to_a_root, b, a), (rows.scale, a, 3.0)]
    (loop,) = together([piece(*each) for each in several])
    function, args, _ = fused(loop)
    function(*args)
    A, B, H = alone
    for each in ((up_to_a_root, A, B), (ada_grad, B, H, RATE, 1e-6), (up_to_a_root, B, A), (rows.scale, A, 3.0)):
        one, its, _ = fused([piece(*each)])
        one(*its)
    for found, exact in zip((a, b, h), alone, strict=True):
        np.testing.assert_allclose(found, exact, rtol=2e-6 if kind == "f" else 1e-14)


@pytest.mark.parametrize("other", [mixed, summed, until, from_the_first], ids=lambda kernel: kernel.name)
def test_loops_that_look_elsewhere_stand_alone(other):
    a, b = vectors("f", 2)
    args = (a, b) if len(other.operands) == 2 else (a,)
    scaled = piece(rows.scale, a, 0.5)
    assert [len(loop) for loop in together([scaled, scaled, piece(other, *args), scaled, scaled])] == [2, 1, 2]


def test_no_more_vectors_than_are_asked_for_overlaps():
    a, b, c, d, e = vectors("f", 5)
    pieces = [piece(rows.add, a, x) for x in (b, c, d, e)]
    assert [len(loop) for loop in together(pieces)] == [3, 1]
