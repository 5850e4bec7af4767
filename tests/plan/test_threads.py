"""Threads: parts at fixed places, the same bits again and again, BLAS left as it was."""

import numpy as np
import pytest

from dl4py.kernels import gemm, move, rows
from dl4py.plan import Emitter, Plan, threads
from tests.contract import generator


def product(a, b, order="C", count=2):
    """``a b`` by a plan with that many threads."""
    e = Emitter(1)
    with threads.limited(count):
        out = e.array(a.shape[0] * b.shape[1])
        out.kept = True
        e(gemm.matmul, e.constant(a), e.constant(b), out.ordered((a.shape[0], b.shape[1]), order))
        plan = Plan(e.calls, "float32")
        plan.bind({"arena": np.zeros(plan.layout.total, np.uint8)})
        plan.run()
        return plan.numbers(out).reshape((a.shape[0], b.shape[1]), order=order).copy()


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("shape", [(300, 200, 150), (20, 500, 700), (700, 500, 20), (33, 3000, 65)])
def test_products_in_parts(order, shape):
    g = generator(1)
    a, b = g.normal(size=shape[:2]).astype("f"), g.normal(size=shape[1:]).astype("f")
    assert len(gemm.cut((a, b, np.zeros((shape[0], shape[2]), "f", order)), 2)) == 2
    found = product(a, b, order)
    assert np.allclose(found, a.astype("d") @ b, atol=1e-6 * shape[1])
    assert np.array_equal(found, product(a, b, order))
    assert np.allclose(found, product(a, b, order, 1), atol=1e-6 * shape[1])


def test_small_products_are_not_cut():
    arrays = tuple(np.zeros(s, "f") for s in ((64, 100), (100, 10), (64, 10)))
    assert gemm.cut(arrays, 2) == [arrays]


def test_blas_has_its_threads_again():
    before = [library.get_num_threads() for library in threads._blas()]
    with threads.blas_alone():
        assert all(library.get_num_threads() == 1 for library in threads._blas())
    assert [library.get_num_threads() for library in threads._blas()] == before


@pytest.mark.parametrize(("high", "parts"), [(30, 1), (300, 2), (1000, 3), (3000, 8)])
def test_rows_in_parts(high, parts):
    """Two threads take what is large in more parts than they are, of 256 KiB at least."""
    a = generator(2).normal(size=(high, 200)).astype("f")
    e = Emitter(1)
    z = e.array(*a.shape)
    z.kept = True
    e(move.copy, e.constant(a), z)
    e(rows.add_row, z, e.constant(np.arange(200.0)))
    with threads.limited(2):
        plan = Plan(e.calls, "float32")
        plan.bind({"arena": np.zeros(plan.layout.total, np.uint8)})
        plan.run()
    assert len(plan.steps[1]) == parts
    assert np.array_equal(plan.numbers(z), a + np.arange(200, dtype="f"))
