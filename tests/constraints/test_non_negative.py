import numpy as np
import pytest
from contract import check_constraint, check_json, generator

from dl4py.constraints.non_negative import NonNegative


@pytest.mark.parametrize("shape", [(5, 3), (4,), (2, 3, 2)])
def test_negative_values_become_0(shape):
    w = generator().normal(size=shape)
    assert (w < 0).any()
    check_constraint(NonNegative(), w, np.maximum(0, w))


def test_json():
    keys = '{"dimensions":null,"epsilon":1.0E-6,"params":["b","W"]}'
    check_json(NonNegative(params=("b", "W")), "NonNegativeConstraint", keys)
