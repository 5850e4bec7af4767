"""Copies between views, in parts and whole, against NumPy's."""

import numpy as np
import pytest

from dl4py.kernels import move
from tests.contract import generator


@pytest.mark.parametrize("kind", "fdl")
@pytest.mark.parametrize(
    "axes", [(), (0,), (1, 0), (2, 0, 1), (0, 3, 1, 2), (3, 2, 0, 1), (4, 2, 3, 0, 1), (5, 2, 3, 0, 1, 4)], ids=len
)
@pytest.mark.parametrize("count", [1, 3])
def test_any_order_of_axes(kind, axes, count, monkeypatch):
    monkeypatch.setattr(move, "LEAST", 1)
    a = (100 * generator(3).normal(size=(4, 3, 5, 3, 6, 4)[: len(axes)])).astype(kind).transpose(axes)
    out = np.full(a.shape, 77, kind)
    parts = move.copy_any.cut((a, out), count)
    assert len(parts) == (count if a.ndim else 1)
    for part in parts:
        function, args = move.copy_any.bind(part, ())
        function(*args)
    assert np.array_equal(out, a)


def test_backwards():
    a, out = np.arange(12.0).reshape(3, 4), np.zeros((3, 4))
    function, args = move.copy_any.bind((a[::-1], out), ())
    function(*args)
    assert np.array_equal(out, a[::-1])


@pytest.mark.parametrize("shape", [(4, 1, 5), (1, 3, 1), (1, 1, 1)])
@pytest.mark.parametrize("count", [1, 3])
def test_axes_of_size_1_are_repeated(shape, count, monkeypatch):
    """A mask of rows covers all columns."""
    monkeypatch.setattr(move, "LEAST", 1)
    a, out = generator(3).normal(size=shape), np.full((4, 3, 5), 77.0)
    for part in move.copy_any.cut((a, out), count):
        function, args = move.copy_any.bind(part, ())
        function(*args)
    assert np.array_equal(out, np.broadcast_to(a, out.shape))


@pytest.mark.parametrize("kind", "fd")
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (7, 300), (8, 16), (21, 37), (125, 1000)])
def test_turned(kind, rows, columns):
    whole = generator(3).normal(size=(rows, 2 * columns)).astype(kind)
    middle = columns // 2 // 16 * 16
    for a in (whole[:, :columns], np.asfortranarray(whole[:, :columns]), whole[:, ::2]):
        out = np.full((columns, rows), 77, kind)
        for part in ((0, middle), (middle, columns)):
            function, args = move.turned.bind((a, out), part)
            function(*args)
        assert np.array_equal(out, a.T)
