import numpy as np
import scipy.stats
from contract import check_initializer, check_json

from dl4py.initializers.xavier_uniform import XavierUniform
from dl4py.plan import Param

PARAM = Param.weight("W", (60, 60), fans=(20.0, 30.0))


def test_values_have_the_distribution():
    check_initializer(XavierUniform(), scipy.stats.uniform(-np.sqrt(6 / 50), 2 * np.sqrt(6 / 50)), PARAM)


def test_json():
    check_json(XavierUniform(), "WeightInitXavierUniform", "{}")
