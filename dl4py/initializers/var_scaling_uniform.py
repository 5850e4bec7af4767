"""Variance scaling, uniform."""

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param
from dl4py.spec import Positive, key


@initializer("var_scaling_uniform_fan_in", java="org.deeplearning4j.nn.weights.WeightInitVarScalingUniformFanIn")
class VarScalingUniformFanIn(Initializer):
    """``U(-b, b)`` with ``b = sqrt(3 scale / fan_in)``; DL4J's b is ``3 scale / sqrt(fan_in)`` (quirk 2)."""

    scale: Positive | None = key("Factor of the variance; 1 when absent.", default=None)

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return bounded(generator, param.shape, param.fan_in, self.scale or 1.0, compatibility)


@initializer("var_scaling_uniform_fan_out", java="org.deeplearning4j.nn.weights.WeightInitVarScalingUniformFanOut")
class VarScalingUniformFanOut(Initializer):
    """``U(-b, b)`` with ``b = sqrt(3 scale / fan_out)``; DL4J's b is ``3 scale / sqrt(fan_out)`` (quirk 2)."""

    scale: Positive | None = key("Factor of the variance; 1 when absent.", default=None)

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return bounded(generator, param.shape, param.fan_out, self.scale or 1.0, compatibility)


@initializer("var_scaling_uniform_fan_avg", java="org.deeplearning4j.nn.weights.WeightInitVarScalingUniformFanAvg")
class VarScalingUniformFanAvg(Initializer):
    """``U(-b, b)`` with ``b = sqrt(3 scale / fan_avg)``; DL4J's b is ``3 scale / sqrt(fan_avg)`` (quirk 2)."""

    scale: Positive | None = key("Factor of the variance; 1 when absent.", default=None)

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return bounded(generator, param.shape, (param.fan_in + param.fan_out) / 2.0, self.scale or 1.0, compatibility)


def bounded(
    generator: np.random.Generator, shape: tuple[int, ...], fan: float, scale: float, compatibility: Compatibility
) -> np.ndarray:
    """Uniform values of variance ``scale / fan``, or within DL4J's bound."""
    bound = 3.0 * scale / fan**0.5 if compatibility.has(2) else (3.0 * scale / fan) ** 0.5
    return generator.uniform(-bound, bound, shape)
