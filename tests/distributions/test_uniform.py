import pytest
import scipy.stats
from contract import check_json, check_round_trip, generator

from dl4py.distributions.uniform import Uniform
from dl4py.errors import InvalidValue
from dl4py.spec import Source
from dl4py.spec.bind import bind_thing


def test_sample_has_the_distribution():
    distribution = Uniform(lower=-2.0, upper=3.0)
    check_round_trip(distribution)
    sample = distribution.sample(generator(), (40, 50))
    assert sample.shape == (40, 50)
    assert scipy.stats.kstest(sample.ravel(), scipy.stats.uniform(-2, 5).cdf).pvalue > 0.01


def test_bounds_in_order():
    with pytest.raises(InvalidValue) as error:
        bind_thing(Uniform, Source("spec.yaml", "{lower: 3, upper: 1}"))
    assert str(error.value) == "`upper`: the lower bound 3.0 is above it, found 1"


def test_json():
    check_json(Uniform(), "UniformDistribution", '{"lower":-1.0,"upper":1.0}')
