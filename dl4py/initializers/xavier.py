"""Xavier (Glorot) normal initialization."""

from typing import ClassVar

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param


@initializer("xavier", java="org.deeplearning4j.nn.weights.WeightInitXavier")
class Xavier(Initializer):
    """``N(0, 2 / (fan_in + fan_out))``.

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010,
    https://proceedings.mlr.press/v9/glorot10a.html.
    """

    in_rows: ClassVar[bool] = True

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return generator.normal(0.0, (2.0 / (param.fan_in + param.fan_out)) ** 0.5, param.shape)
