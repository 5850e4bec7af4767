"""He normal initialization."""

from typing import ClassVar

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param


@initializer("relu", java="org.deeplearning4j.nn.weights.WeightInitRelu")
class Relu(Initializer):
    """``N(0, 2 / fan_in)``.

    He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015, https://arxiv.org/abs/1502.01852.
    """

    in_rows: ClassVar[bool] = True

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return generator.normal(0.0, (2.0 / param.fan_in) ** 0.5, param.shape)
