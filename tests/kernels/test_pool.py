from itertools import product
from math import prod

import numpy as np
import pytest
from contract import assert_close, central, generator, run

from dl4py.kernels import pool
from dl4py.kernels.move import copy_flat

# sizes, outputs, window, stride, pad, dilation
WINDOWS = [
    ((7,), (3,), (2,), (2,), (0,), (1,)),
    ((6,), (6,), (3,), (1,), (1,), (1,)),
    ((5, 4), (2, 2), (2, 2), (2, 2), (0, 0), (1, 1)),
    ((5, 4), (5, 4), (3, 2), (1, 1), (1, 0), (1, 1)),
    ((6, 7), (2, 3), (2, 3), (2, 1), (0, 0), (2, 2)),
    ((4, 3, 3), (2, 2, 2), (2, 2, 2), (2, 1, 2), (0, 0, 1), (1, 1, 1)),
    ((2,), (3,), (1,), (1,), (1,), (1,)),  # first and last window lie outside
]
KINDS = {
    "maximum": lambda v: np.max(v) if len(v) else 0.0,
    "sum": np.sum,
    "mean": lambda v: np.mean(v) if len(v) else 0.0,
    "p_norm": lambda v: (np.abs(v) ** 3).sum() ** (1 / 3),
}


def brute_force(x, kind, sizes, outputs, window, stride, pad, dilation):
    image = x.reshape(len(x), *sizes, -1)
    y = np.zeros((len(x), *outputs, image.shape[-1]))
    for b, *out, c in np.ndindex(y.shape):
        seen = []
        for inside in product(*map(range, window)):
            at = [s * o - p + d * u for o, u, s, p, d in zip(out, inside, stride, pad, dilation, strict=True)]
            if all(0 <= a < size for a, size in zip(at, sizes, strict=True)):
                seen.append(image[(b, *at, c)])
        y[(b, *out, c)] = KINDS[kind](np.array(seen))
    return y.reshape(len(x), prod(outputs), -1)


def emit(e, kind, table, x, dy):
    counts = (table >= 0).sum(axis=1)
    share = e.constant(np.ones(len(table)) if kind == "sum" else 1.0 / np.maximum(counts, 1))
    at = e.constant(table, "int32")
    y, dx, own = e.array(x.shape[0], len(table), x.shape[2]), e.like(x), e.like(dy)
    e(copy_flat, dy.flat, own.flat)
    if kind == "maximum":
        e(pool.maximum, x, at, y)
        e(pool.maximum_backward, x, at, y, own, dx)
    elif kind == "p_norm":
        e(pool.p_norm, x, at, y, 3)
        e(pool.p_norm_backward, x, at, y, own, dx, 3)
    else:
        e(pool.weighted_sum, x, at, share, y)
        e(pool.weighted_sum_backward, own, at, share, dx)
    return [y, dx]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("geometry", WINDOWS, ids=str)
def test_pooling_is_what_a_loop_over_windows_gives(kind, geometry):
    table = pool.places(*geometry)
    x = generator().normal(size=(2, prod(geometry[0]), 3))
    dy = generator(1).normal(size=(2, len(table), 3))
    y, dx, _ = run(lambda e, xs, ds: emit(e, kind, table, xs, ds), x, dy)
    assert_close(y, brute_force(x, kind, *geometry), 1e-12, 1e-14)
    assert_close(dx, central(lambda v: float((dy * brute_force(v, kind, *geometry)).sum()), x), 1e-5, 1e-7)
    single = run(lambda e, xs, ds: emit(e, kind, table, xs, ds), x, dy, precision="float32")
    assert_close(single[0], y, 1e-5, 1e-6)
    assert_close(single[1], dx, 1e-5, 1e-6)


def test_the_first_of_equal_places_gets_the_gradient():
    table = pool.places((2, 2), (1, 1), (2, 2), (1, 1), (0, 0), (1, 1))
    x = np.array([0.0, 5.0, 5.0, 5.0]).reshape(1, 4, 1)
    _, dx, _ = run(lambda e, xs, ds: emit(e, "maximum", table, xs, ds), x, np.ones((1, 1, 1)))
    assert dx.ravel().tolist() == [0.0, 1.0, 0.0, 0.0]


def test_nan_is_not_hidden_by_a_maximum():
    table = pool.places((4,), (2,), (2,), (2,), (0,), (1,))
    x = np.array([np.nan, 5.0, 5.0, np.nan]).reshape(1, 4, 1)
    y, *_ = run(lambda e, xs, ds: emit(e, "maximum", table, xs, ds), x, np.ones((1, 2, 1)))
    assert np.isnan(y).all()


def test_a_window_of_zeros_has_no_norm_and_no_slope():
    table = pool.places((2,), (1,), (2,), (1,), (0,), (1,))
    y, dx, _ = run(lambda e, xs, ds: emit(e, "p_norm", table, xs, ds), np.zeros((1, 2, 1)), np.ones((1, 1, 1)))
    assert not y.any()
    assert not dx.any()


@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("channels", [16, 21, 40])
@pytest.mark.parametrize("geometry", [WINDOWS[0], WINDOWS[2], ((6, 4), (3, 2), (2, 2), (2, 2), (0, 0), (1, 1))])
def test_vectors_of_channels(kind, channels, geometry):
    """A vector at a time the same comes out as value by value: of equal values the first, NaN, places in no window."""
    g, table = generator(5), pool.places(*geometry).astype("int32")
    x = g.integers(-2, 2, (3, prod(geometry[0]), channels)).astype(kind)
    x[1, ::5, ::7] = np.nan
    dy = g.normal(size=(3, len(table), channels)).astype(kind)
    found, covered = [], table.size == x.shape[1]
    for forward, backward, more in (
        (pool.maximum, pool.maximum_backward, ()),
        (pool.maximum_whole, pool.maximum_whole_backward, (covered,)),
    ):
        y, dx = np.full(dy.shape, 7, kind), np.full(x.shape, 7, kind)
        for kernel, arrays, constants in ((forward, (x, table, y), ()), (backward, (x, table, y, dy.copy(), dx), more)):
            function, args = kernel.bind(arrays, constants)
            function(*args)
        found.append((y, dx))
    for one, other in zip(*found, strict=True):
        assert np.array_equal(one, other, equal_nan=True)
    assert np.isnan(found[0][0]).any()
