import numpy as np
import scipy.stats
from contract import generator

from dl4py.compatibility import Compatibility
from dl4py.initializers.var_scaling_uniform import (
    VarScalingUniformFanAvg,
    VarScalingUniformFanIn,
    VarScalingUniformFanOut,
)
from dl4py.plan import Param

PARAM = Param.weight("W", (60, 60), fans=(20.0, 30.0))


def agrees(initializer, distribution, mode="exact"):
    values = initializer.draw(generator(6), PARAM, Compatibility(mode))
    assert values.shape == PARAM.shape
    return scipy.stats.kstest(values.ravel(), distribution.cdf).pvalue > 0.01


def test_values_have_the_distribution():
    for cls, fan in ((VarScalingUniformFanIn, 20), (VarScalingUniformFanOut, 30), (VarScalingUniformFanAvg, 25)):
        bound = np.sqrt(3 * 2 / fan)
        assert agrees(cls(scale=2.0), scipy.stats.uniform(-bound, 2 * bound))
        bound = 3 * 2 / np.sqrt(fan)
        assert agrees(cls(scale=2.0), scipy.stats.uniform(-bound, 2 * bound), "dl4j")
