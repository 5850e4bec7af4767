"""Binomial distribution."""

import numpy as np

from dl4py.distributions.base import Distribution, distribution
from dl4py.spec import Fraction, Size, key


@distribution("binomial", java="org.deeplearning4j.nn.conf.distribution.BinomialDistribution")
class Binomial(Distribution):
    """The number of successes in independent trials."""

    number_of_trials: Size = key("Trials.")
    probability_of_success: Fraction = key("Probability of success in a trial.")

    def sample(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return generator.binomial(self.number_of_trials, self.probability_of_success, shape).astype(float)
