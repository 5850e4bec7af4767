import numpy as np
import scipy.stats
from contract import check_initializer, check_json

from dl4py.initializers.sigmoid_uniform import SigmoidUniform
from dl4py.plan import Param

PARAM = Param.weight("W", (60, 60), fans=(20.0, 30.0))


def test_values_have_the_distribution():
    check_initializer(SigmoidUniform(), scipy.stats.uniform(-4 * np.sqrt(6 / 50), 2 * 4 * np.sqrt(6 / 50)), PARAM)


def test_json():
    check_json(SigmoidUniform(), "WeightInitSigmoidUniform", "{}")
