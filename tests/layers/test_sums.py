"""Sums of rows, in blocks or one after the other, against sums without rounding."""

from math import fsum

import numpy as np
import pytest

from dl4py.layers.sums import sum_rows
from dl4py.plan import Emitter, Plan
from tests.contract import generator


@pytest.mark.parametrize("shape", [(1, 3), (511, 2), (512, 64), (600, 20), (1021, 5), (4096, 1), (700, 200)])
@pytest.mark.parametrize(("kind", "error"), [("float64", 1e-11), ("float32", 2e-4)])
def test_sums(shape, kind, error):
    """Many short rows, such as fold into longer ones and such as do not; few rows; rows that are long."""
    z = generator(1).normal(size=shape)
    e = Emitter(1)
    out = e.array(shape[1])
    sum_rows(e, e.constant(z), out)
    out.kept = True
    plan = Plan(e.calls, kind)
    plan.bind({"arena": np.full(plan.layout.total, 0xFF, np.uint8)})
    plan.run()
    truth = [fsum(column) for column in z.astype(kind).T]
    assert np.allclose(plan.numbers(out), truth, rtol=0, atol=error)
