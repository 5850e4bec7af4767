import numpy as np
import scipy.stats
from contract import generator

from dl4py.distributions.binomial import Binomial


def test_frequencies():
    sample = Binomial(number_of_trials=3, probability_of_success=0.4).sample(generator(), (4000,))
    counts = np.bincount(sample.astype(int), minlength=4)
    assert scipy.stats.chisquare(counts, 4000 * scipy.stats.binom(3, 0.4).pmf(range(4))).pvalue > 0.01
