"""Normal distribution, under both of DL4J's names."""

import numpy as np

from dl4py.distributions.base import Distribution, distribution
from dl4py.spec import NonNegative, Number, key


@distribution("normal", java="org.deeplearning4j.nn.conf.distribution.NormalDistribution")
class Normal(Distribution):
    """``p(x) = exp(-(x - mean)^2 / (2 std^2)) / (std sqrt(2 pi))``."""

    mean: Number = key("Mean.", default=0.0)
    std: NonNegative = key("Standard deviation.", default=1.0)

    def sample(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return generator.normal(self.mean, self.std, shape)


@distribution("gaussian", java="org.deeplearning4j.nn.conf.distribution.GaussianDistribution")
class Gaussian(Normal):
    """The normal distribution under its other name."""
