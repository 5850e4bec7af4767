"""Uniform distribution."""

import numpy as np

from dl4py.distributions.base import Distribution, distribution
from dl4py.spec import Number, key


@distribution("uniform", java="org.deeplearning4j.nn.conf.distribution.UniformDistribution")
class Uniform(Distribution):
    """``p(x) = 1 / (upper - lower)`` between the bounds."""

    lower: Number = key("Lower bound.", default=-1.0)
    upper: Number = key("Upper bound.", default=1.0)

    def sample(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return generator.uniform(self.lower, self.upper, shape)
