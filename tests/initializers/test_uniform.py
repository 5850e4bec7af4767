import numpy as np
import scipy.stats
from contract import check_initializer, check_json

from dl4py.initializers.uniform import Uniform
from dl4py.plan import Param

PARAM = Param.weight("W", (60, 60), fans=(20.0, 30.0))


def test_values_have_the_distribution():
    check_initializer(Uniform(), scipy.stats.uniform(-np.sqrt(1 / 20), 2 * np.sqrt(1 / 20)), PARAM)


def test_json():
    check_json(Uniform(), "WeightInitUniform", "{}")
