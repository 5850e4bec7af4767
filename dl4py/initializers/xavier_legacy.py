"""Xavier initialization of early DL4J."""

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param


@initializer("xavier_legacy", java="org.deeplearning4j.nn.weights.WeightInitXavierLegacy")
class XavierLegacy(Initializer):
    """``N(0, 1 / (shape[0] + shape[1]))``, what DL4J 0.5 called Xavier."""

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return generator.normal(0.0, (1.0 / (param.shape[0] + param.shape[1])) ** 0.5, param.shape)
