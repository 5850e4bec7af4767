import numpy as np
import scipy.stats
from contract import generator

from dl4py.compatibility import Compatibility
from dl4py.initializers.uniform import Uniform
from dl4py.plan import Param

PARAM = Param.weight("W", (60, 60), fans=(20.0, 30.0))


def agrees(initializer, distribution, mode="exact"):
    values = initializer.draw(generator(6), PARAM, Compatibility(mode))
    assert values.shape == PARAM.shape
    return scipy.stats.kstest(values.ravel(), distribution.cdf).pvalue > 0.01


def test_values_have_the_distribution():
    assert agrees(Uniform(), scipy.stats.uniform(-1 / np.sqrt(20), 2 / np.sqrt(20)))
