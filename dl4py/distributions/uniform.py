"""Uniform distribution."""

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.distributions.base import Distribution, distribution
from dl4py.spec import Number, key


@distribution("uniform", java="org.deeplearning4j.nn.conf.distribution.UniformDistribution")
class Uniform(Distribution):
    """``p(x) = 1 / (upper - lower)`` between the bounds."""

    lower: Number = key("Lower bound.", default=-1.0)
    upper: Number = key("Upper bound.", default=1.0)

    @field_validator("upper")
    @classmethod
    def _above_lower(cls, value: float, info: ValidationInfo) -> float:
        lower = info.data.get("lower", value)
        if value < lower:
            raise PydanticCustomError("upper_bound", "the lower bound {lower} is above it", {"lower": lower})
        return value

    def sample(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return generator.uniform(self.lower, self.upper, shape)
