"""Products by the register tile, against NumPy's in double."""

import numpy as np
import pytest

from dl4py.kernels import gemm
from tests.contract import generator

LAYOUTS = {"rows": lambda a: a, "columns": np.asfortranarray, "apart": lambda a: np.repeat(a, 2, axis=1)[:, ::2]}


def multiplied(shape, kind, left, right, out, add):
    """The largest error of a product."""
    m, k, n = shape
    g = generator(sum(shape))
    a = LAYOUTS[left](g.normal(size=(m, k)).astype(kind))
    b = LAYOUTS[right](g.normal(size=(k, n)).astype(kind))
    found = np.array(np.full((m, n), 0.5), kind, order=out)
    if add:
        function, args = gemm.add_matmul.bind((a, b, found), ())
    else:
        found = np.ascontiguousarray(found)
        function, args = gemm.tiled(a, b, found)
    function(*args)
    return abs(found - (a.astype("d") @ b.astype("d") + (0.5 if add else 0))).max()


@pytest.mark.parametrize(("kind", "error"), [("f", 2e-4), ("d", 1e-11)])
@pytest.mark.parametrize("left", LAYOUTS)
@pytest.mark.parametrize("right", LAYOUTS)
def test_products(kind, error, left, right):
    """Rows and columns that fill tiles and panels or do not, and more than one block of each axis."""
    for m in (1, 4, 5, 8, 13, 241):
        for n in (1, 7, 16, 24, 25, 65):
            for k in (1, 3, 288, 300):
                assert multiplied((m, k, n), kind, left, right, "C", False) < error


@pytest.mark.parametrize("out", "CF")
def test_added(out):
    for shape in ((7, 9, 20), (100, 300, 33)):
        assert multiplied(shape, "f", "rows", "columns", out, True) < 2e-4


@pytest.mark.parametrize("kind", "fd")
@pytest.mark.parametrize("shape", [(5, 3, 10), (250, 300, 40), (125, 700, 9)])
@pytest.mark.parametrize("floor", [-np.inf, 0.25])
def test_a_row_more_and_a_floor(kind, shape, floor):
    m, k, n = shape
    g = generator(7)
    a, b = g.normal(size=(m, k)).astype(kind), np.asfortranarray(g.normal(size=(k, n)).astype(kind))
    row, found = g.normal(size=n).astype(kind), np.full((m, n), np.nan, kind)
    for part in gemm.cut_affine((a, b, row, found), 3):
        function, args = gemm.affine.bind(part, (floor,))
        function(*args)
    truth = np.maximum(a.astype("d") @ b + row, floor)
    assert abs(found - truth).max() < {"f": 2e-4, "d": 1e-11}[kind]
