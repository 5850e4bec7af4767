"""He uniform initialization."""

from typing import ClassVar

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param


@initializer("relu_uniform", java="org.deeplearning4j.nn.weights.WeightInitReluUniform")
class ReluUniform(Initializer):
    """``U(-b, b)`` with ``b = sqrt(6 / fan_in)``.

    He, Zhang, Ren and Sun, 2015, https://arxiv.org/abs/1502.01852.
    """

    in_rows: ClassVar[bool] = True

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        bound = (6.0 / param.fan_in) ** 0.5
        return generator.uniform(-bound, bound, param.shape)
