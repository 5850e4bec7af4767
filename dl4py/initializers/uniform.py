"""Uniform initialization."""

from typing import ClassVar

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param


@initializer("uniform", java="org.deeplearning4j.nn.weights.WeightInitUniform")
class Uniform(Initializer):
    """``U(-b, b)`` with ``b = 1 / sqrt(fan_in)``."""

    in_rows: ClassVar[bool] = True

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        bound = param.fan_in**-0.5
        return generator.uniform(-bound, bound, param.shape)
