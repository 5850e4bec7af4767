import numpy as np
import scipy.stats
from contract import check_initializer, check_json

from dl4py.initializers.lecun_uniform import LecunUniform
from dl4py.plan import Param

PARAM = Param.weight("W", (60, 60), fans=(20.0, 30.0))


def test_values_have_the_distribution():
    check_initializer(LecunUniform(), scipy.stats.uniform(-np.sqrt(3 / 20), 2 * np.sqrt(3 / 20)), PARAM)


def test_dl4j_has_a_wider_bound():
    bound = 3 / np.sqrt(20)
    check_initializer(LecunUniform(), scipy.stats.uniform(-bound, 2 * bound), PARAM, "dl4j")


def test_json():
    check_json(LecunUniform(), "WeightInitLecunUniform", "{}")
