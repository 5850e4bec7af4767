"""A constant."""

import numpy as np

from dl4py.distributions.base import Distribution, distribution
from dl4py.spec import Number, key


@distribution("constant", java="org.deeplearning4j.nn.conf.distribution.ConstantDistribution")
class Constant(Distribution):
    """The same value everywhere."""

    value: Number = key("The value.")

    def sample(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return np.full(shape, self.value)
