"""Variance scaling, normal."""

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.distributions.truncated_normal import TruncatedNormal
from dl4py.initializers.base import Initializer, initializer
from dl4py.plan import Param
from dl4py.spec import Positive, key


@initializer("var_scaling_normal_fan_in", java="org.deeplearning4j.nn.weights.WeightInitVarScalingNormalFanIn")
class VarScalingNormalFanIn(Initializer):
    """``N(0, scale / fan_in)``, drawn again beyond two deviations."""

    scale: Positive | None = key("Factor of the variance; 1 when absent.", default=None)

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return truncated(generator, param.shape, (self.scale or 1.0) / (param.fan_in))


@initializer("var_scaling_normal_fan_out", java="org.deeplearning4j.nn.weights.WeightInitVarScalingNormalFanOut")
class VarScalingNormalFanOut(Initializer):
    """``N(0, scale / fan_out)``, drawn again beyond two deviations."""

    scale: Positive | None = key("Factor of the variance; 1 when absent.", default=None)

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return truncated(generator, param.shape, (self.scale or 1.0) / (param.fan_out))


@initializer("var_scaling_normal_fan_avg", java="org.deeplearning4j.nn.weights.WeightInitVarScalingNormalFanAvg")
class VarScalingNormalFanAvg(Initializer):
    """``N(0, scale / fan_avg)``, drawn again beyond two deviations."""

    scale: Positive | None = key("Factor of the variance; 1 when absent.", default=None)

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        return truncated(generator, param.shape, (self.scale or 1.0) / ((param.fan_in + param.fan_out) / 2.0))


def truncated(generator: np.random.Generator, shape: tuple[int, ...], variance: float) -> np.ndarray:
    """Normal values of that variance before the cut at two deviations."""
    return TruncatedNormal(std=variance**0.5).sample(generator, shape)
