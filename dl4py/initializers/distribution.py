"""Initialization from a distribution."""

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.distributions import Distribution
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param
from dl4py.spec import key


@initializer("distribution", java="org.deeplearning4j.nn.weights.WeightInitDistribution")
class DistributionInit(Initializer):
    """Values of a distribution, whatever the fans."""

    distribution: Distribution = key("The distribution.")

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return self.distribution.sample(generator, param.shape)
