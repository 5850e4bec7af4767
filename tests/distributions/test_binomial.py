import numpy as np
import scipy.stats
from contract import check_json, check_round_trip, generator

from dl4py.distributions.binomial import Binomial


def test_frequencies():
    distribution = Binomial(number_of_trials=3, probability_of_success=0.4)
    check_round_trip(distribution)
    sample = distribution.sample(generator(), (40, 100))
    assert sample.shape == (40, 100)
    counts = np.bincount(sample.ravel().astype(int), minlength=4)
    assert scipy.stats.chisquare(counts, 4000 * scipy.stats.binom(3, 0.4).pmf(range(4))).pvalue > 0.01


def test_json():
    distribution = Binomial(number_of_trials=3, probability_of_success=0.5)
    check_json(distribution, "BinomialDistribution", '{"numberOfTrials":3,"probabilityOfSuccess":0.5}')
