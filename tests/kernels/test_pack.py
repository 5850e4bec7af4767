"""Packed weights against the same panels cut out by NumPy."""

import numpy as np
import pytest

from dl4py.kernels import pack
from tests.contract import generator


@pytest.mark.parametrize("kind", ["f", "d"])
@pytest.mark.parametrize("rows", [1, 7, 8, 37])
@pytest.mark.parametrize("columns", [1, 5, 32, 75])
@pytest.mark.parametrize("layout", ["rows", "columns", "every second"])
def test_panels(kind, rows, columns, layout):
    from dl4py.kernels.vector import BYTES

    width = 2 * BYTES // np.dtype(kind).itemsize
    a = generator(1).normal(size=(rows, 2 * columns)).astype(kind)
    a = {"rows": a[:, :columns], "columns": a.T[:columns].T, "every second": a[:, ::2]}[layout]
    a = np.asfortranarray(a) if layout == "columns" else a
    out = np.full(pack.packed_size(rows, columns), np.nan, kind)
    function, args = pack.pack.bind((a, out), ())
    function(*args)
    panels = -(-columns // width)
    wide = np.zeros((rows, panels * width), kind)
    wide[:, :columns] = a
    truth = wide.reshape(rows, panels, width).swapaxes(0, 1).ravel()
    assert np.array_equal(out[: truth.size], truth)
