"""LeCun uniform initialization."""

from typing import ClassVar

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param


@initializer("lecun_uniform", java="org.deeplearning4j.nn.weights.WeightInitLecunUniform")
class LecunUniform(Initializer):
    """``U(-b, b)`` with ``b = sqrt(3 / fan_in)``; DL4J's b is ``3 / sqrt(fan_in)`` (quirk 2)."""

    in_rows: ClassVar[bool] = True

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        bound = 3.0 / param.fan_in**0.5 if compatibility.has(2) else (3.0 / param.fan_in) ** 0.5
        return generator.uniform(-bound, bound, param.shape)
