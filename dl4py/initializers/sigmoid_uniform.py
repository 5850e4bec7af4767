"""Glorot uniform initialization for sigmoids."""

from typing import ClassVar

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param


@initializer("sigmoid_uniform", java="org.deeplearning4j.nn.weights.WeightInitSigmoidUniform")
class SigmoidUniform(Initializer):
    """``U(-b, b)`` with ``b = 4 sqrt(6 / (fan_in + fan_out))``."""

    in_rows: ClassVar[bool] = True

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        bound = 4.0 * (6.0 / (param.fan_in + param.fan_out)) ** 0.5
        return generator.uniform(-bound, bound, param.shape)
