"""Constant initialization, zero and ones among them."""

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param
from dl4py.spec import Number, key


@initializer("constant", java="org.deeplearning4j.nn.weights.WeightInitConstant")
class Constant(Initializer):
    """The same value everywhere."""

    value: Number = key("The value.", default=0.0)

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return np.full(param.shape, self.value)


@initializer("zero")
class Zero(Constant):
    """0 everywhere: `constant` with value 0."""


@initializer("ones")
class Ones(Constant):
    """1 everywhere: `constant` with value 1."""

    value: Number = key("The value.", default=1.0)
