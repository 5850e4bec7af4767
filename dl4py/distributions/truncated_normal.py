"""Truncated normal distribution."""

import numpy as np

from dl4py.distributions.base import Distribution, distribution
from dl4py.spec import NonNegative, Number, key


@distribution("truncated_normal", java="org.deeplearning4j.nn.conf.distribution.TruncatedNormalDistribution")
class TruncatedNormal(Distribution):
    """A normal distribution, drawn again where it is more than two deviations from its mean."""

    mean: Number = key("Mean.", default=0.0)
    std: NonNegative = key("Standard deviation.", default=1.0)

    def sample(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        values = generator.standard_normal(shape)
        while (far := np.abs(values) > 2.0).any():
            values[far] = generator.standard_normal(int(far.sum()))
        return self.mean + self.std * values
