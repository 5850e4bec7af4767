import scipy.stats
from contract import check_round_trip, generator

from dl4py.distributions.uniform import Uniform


def test_sample_has_the_distribution():
    distribution = Uniform(lower=-2.0, upper=3.0)
    check_round_trip(distribution)
    sample = distribution.sample(generator(), (40, 50))
    assert sample.shape == (40, 50)
    assert scipy.stats.kstest(sample.ravel(), scipy.stats.uniform(-2, 5).cdf).pvalue > 0.01
