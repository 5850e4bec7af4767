import pytest
import scipy.stats
from contract import check_json, check_round_trip, generator

from dl4py.distributions.normal import Gaussian, Normal


@pytest.mark.parametrize("cls", [Normal, Gaussian])
def test_sample_has_the_distribution(cls):
    distribution = cls(mean=1.0, std=2.0)
    check_round_trip(distribution)
    sample = distribution.sample(generator(), (40, 50))
    assert sample.shape == (40, 50)
    assert scipy.stats.kstest(sample.ravel(), scipy.stats.norm(1, 2).cdf).pvalue > 0.01


@pytest.mark.parametrize("cls", [Normal, Gaussian])
def test_json(cls):
    check_json(cls(), f"{cls.__name__}Distribution", '{"mean":0.0,"std":1.0}')
