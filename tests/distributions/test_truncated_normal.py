import scipy.stats
from contract import check_json, check_round_trip, generator

from dl4py.distributions.truncated_normal import TruncatedNormal


def test_sample_has_the_distribution():
    distribution = TruncatedNormal(mean=1.0, std=2.0)
    check_round_trip(distribution)
    sample = distribution.sample(generator(), (40, 50))
    assert sample.shape == (40, 50)
    assert scipy.stats.kstest(sample.ravel(), scipy.stats.truncnorm(-2, 2, 1, 2).cdf).pvalue > 0.01


def test_json():
    check_json(TruncatedNormal(), "TruncatedNormalDistribution", '{"mean":0.0,"std":1.0}')
