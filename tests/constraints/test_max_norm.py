import json

import numpy as np
import pytest
from contract import check_constraint, check_json, generator

from dl4py.constraints.max_norm import MaxNorm
from dl4py.errors import ShapeError

SHAPES = [((5, 3), (0,)), ((5, 3), (1,)), ((5, 3), (0, 1)), ((4, 3, 2, 3), (1, 2, 3)), ((4,), (0,))]


@pytest.mark.parametrize(("shape", "dimensions"), SHAPES)
def test_each_slice(shape, dimensions):
    w = generator().normal(size=shape)
    n = np.sqrt((w**2).sum(axis=dimensions, keepdims=True))
    check_constraint(MaxNorm(max_norm=1.5, dimensions=dimensions), w, w * np.minimum(n, 1.5) / (n + 1e-6))


@pytest.mark.parametrize("dimensions", [(), (1,), (0, 1), None])
def test_dimensions_must_be_there(dimensions):
    with pytest.raises(ShapeError) as error:
        check_constraint(MaxNorm(max_norm=1.0, dimensions=dimensions), np.ones(3), np.ones(3))
    assert str(error.value) == (
        f"constraint `max_norm`: a norm over dimensions {list(dimensions or ())} of a parameter of shape [3]"
    )
    assert error.value.hint == "name one or more of its dimensions: 0"


@pytest.mark.parametrize("params", [None, (), ("b", "W")])
def test_json_of_no_and_of_several_parameters(params):
    keys = {"dimensions": [1], "epsilon": 1e-6, "maxNorm": 0.4, "params": params}
    check_json(MaxNorm(max_norm=0.4, dimensions=(1,), params=params), "MaxNormConstraint", json.dumps(keys))


def test_json():
    check_json(
        MaxNorm(max_norm=0.4, dimensions=(1, 2, 3), params=("W",)),
        "MaxNormConstraint",
        '{"dimensions":[1,2,3],"epsilon":1.0E-6,"maxNorm":0.4,"params":["W"]}',
    )
