"""Constant initialization, zero and ones among them."""

from typing import Any, ClassVar

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param
from dl4py.spec import Number, key

JAVA = "org.deeplearning4j.nn.weights.WeightInitConstant"


@initializer("constant", java=JAVA)
class Constant(Initializer):
    """The same value everywhere."""

    value: Number = key("The value.", default=0.0)

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return np.full(param.shape, self.value)


@initializer("zero")
class Zero(Initializer):
    """0 everywhere; DL4J's JSON holds a constant, and is read back as one."""

    java: ClassVar[str | None] = JAVA
    json_constants: ClassVar[dict[str, Any]] = {"value": 0.0}

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return np.zeros(param.shape)


@initializer("ones")
class Ones(Initializer):
    """1 everywhere; DL4J's JSON holds a constant, and is read back as one."""

    java: ClassVar[str | None] = JAVA
    json_constants: ClassVar[dict[str, Any]] = {"value": 1.0}

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return np.ones(param.shape)
