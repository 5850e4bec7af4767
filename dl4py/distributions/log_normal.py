"""Log-normal distribution."""

import numpy as np

from dl4py.distributions.base import Distribution, distribution
from dl4py.spec import NonNegative, Number, key


@distribution("log_normal", java="org.deeplearning4j.nn.conf.distribution.LogNormalDistribution")
class LogNormal(Distribution):
    """``e^n`` of a normal n with that mean and deviation."""

    mean: Number = key("Mean.", default=0.0)
    std: NonNegative = key("Standard deviation.", default=1.0)

    def sample(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return generator.lognormal(self.mean, self.std, shape)
