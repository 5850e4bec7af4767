"""LeCun normal initialization."""

from typing import ClassVar

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param


@initializer("normal", java="org.deeplearning4j.nn.weights.WeightInitNormal")
class Normal(Initializer):
    """``N(0, 1 / fan_in)``; DL4J's NORMAL, LECUN_NORMAL and XAVIER_FAN_IN.

    LeCun, Bottou, Orr and Mueller, "Efficient BackProp", 1998.
    """

    in_rows: ClassVar[bool] = True

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return generator.normal(0.0, (1.0 / param.fan_in) ** 0.5, param.shape)
