import numpy as np
import pytest
from contract import check_constraint, check_json, generator

from dl4py.constraints.min_max_norm import MinMaxNorm
from dl4py.errors import InvalidValue
from dl4py.spec import Source
from dl4py.spec.bind import bind_thing

SHAPES = [((5, 3), (0,)), ((5, 3), (1,)), ((5, 3), (0, 1)), ((4, 3, 2, 3), (1, 2, 3)), ((4,), (0,))]


@pytest.mark.parametrize(("shape", "dimensions"), SHAPES)
def test_each_slice(shape, dimensions):
    w = generator().normal(size=shape)
    n = np.sqrt((w**2).sum(axis=dimensions, keepdims=True))
    check_constraint(
        MinMaxNorm(min=1.2, max=1.9, rate=0.5, dimensions=dimensions),
        w,
        w * (0.5 * np.clip(n, 1.2, 1.9) + 0.5 * n) / (n + 1e-6),
    )


@pytest.mark.parametrize("rate", [0.3, 1.0])
def test_dl4j_mixes_norms_and_ratios(rate):
    w = generator().normal(size=(5, 3))
    n = np.linalg.norm(w, axis=0, keepdims=True)
    truth = w * (rate * np.clip(n, 1.2, 1.9) / (n + 1e-6) + (1 - rate) * (n + 1e-6))
    check_constraint(MinMaxNorm(min=1.2, max=1.9, rate=rate), w, truth, "dl4j")


def test_bounds_in_order():
    with pytest.raises(InvalidValue) as error:
        bind_thing(MinMaxNorm, Source("spec.yaml", "{min: 2, max: 1}"))
    assert str(error.value) == "`max`: the least norm 2.0 is above it, found 1"


def test_json():
    check_json(
        MinMaxNorm(min=0.3, max=0.6, rate=0.5, dimensions=(1,), params=("W",)),
        "MinMaxNormConstraint",
        '{"dimensions":[1],"epsilon":1.0E-6,"max":0.6,"min":0.3,"params":["W"],"rate":0.5}',
    )
