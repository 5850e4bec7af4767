import numpy as np
import pytest
from contract import check_constraint, check_json, generator

from dl4py.constraints.unit_norm import UnitNorm

SHAPES = [((5, 3), (0,)), ((5, 3), (1,)), ((5, 3), (0, 1)), ((4, 3, 2, 3), (1, 2, 3)), ((4,), (0,))]


@pytest.mark.parametrize(("shape", "dimensions"), SHAPES)
def test_each_slice(shape, dimensions):
    w = generator().normal(size=shape)
    n = np.sqrt((w**2).sum(axis=dimensions, keepdims=True))
    check_constraint(UnitNorm(dimensions=dimensions), w, w / n)


def test_a_column_of_zeros_stays():
    w = np.array([[0.0, 3.0], [0.0, 4.0]])
    check_constraint(UnitNorm(), w, np.array([[0.0, 0.6], [0.0, 0.8]]))


def test_json():
    check_json(
        UnitNorm(dimensions=(1,), params=("W",)),
        "UnitNormConstraint",
        '{"dimensions":[1],"epsilon":1.0E-6,"params":["W"]}',
    )
