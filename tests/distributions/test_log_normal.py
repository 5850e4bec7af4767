import numpy as np
import scipy.stats
from contract import check_json, check_round_trip, generator

from dl4py.distributions.log_normal import LogNormal


def test_sample_has_the_distribution():
    distribution = LogNormal(mean=0.5, std=0.3)
    check_round_trip(distribution)
    sample = distribution.sample(generator(), (40, 50))
    assert sample.shape == (40, 50)
    assert scipy.stats.kstest(sample.ravel(), scipy.stats.lognorm(0.3, scale=np.exp(0.5)).cdf).pvalue > 0.01


def test_json():
    check_json(LogNormal(), "LogNormalDistribution", '{"mean":0.0,"std":1.0}')
