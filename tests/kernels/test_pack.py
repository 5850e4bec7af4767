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
    from dl4py.kernels.processor import BYTES

    lanes = BYTES // np.dtype(kind).itemsize
    a = generator(1).normal(size=(rows, 2 * columns)).astype(kind)
    a = {"rows": a[:, :columns], "columns": np.asfortranarray(a[:, :columns]), "every second": a[:, ::2]}[layout]
    out = np.full(pack.packed_size(rows, columns), np.nan, kind)
    function, args = pack.pack.bind((a, out), ())
    function(*args)
    wide = np.zeros((rows, -(-columns // lanes) * lanes), kind)
    wide[:, :columns] = a
    edges = list(range(0, max(columns - lanes, 1), 2 * lanes))
    truth = np.concatenate([panel.ravel() for panel in np.split(wide, edges[1:], axis=1)])
    assert np.array_equal(out[: truth.size], truth)
