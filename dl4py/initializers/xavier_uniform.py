"""Xavier (Glorot) uniform initialization."""

from typing import ClassVar

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param


@initializer("xavier_uniform", java="org.deeplearning4j.nn.weights.WeightInitXavierUniform")
class XavierUniform(Initializer):
    """``U(-b, b)`` with ``b = sqrt(6 / (fan_in + fan_out))``.

    Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html.
    """

    in_rows: ClassVar[bool] = True

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        bound = (6.0 / (param.fan_in + param.fan_out)) ** 0.5
        return generator.uniform(-bound, bound, param.shape)
