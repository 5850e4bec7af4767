import numpy as np
import pytest
import scipy.stats
from contract import check_initializer, check_json

from dl4py.initializers.var_scaling_uniform import (
    VarScalingUniformFanAvg,
    VarScalingUniformFanIn,
    VarScalingUniformFanOut,
)
from dl4py.plan import Param

PARAM = Param.weight("W", (60, 60), fans=(20.0, 30.0))
FANS = [(VarScalingUniformFanIn, 20), (VarScalingUniformFanOut, 30), (VarScalingUniformFanAvg, 25)]


@pytest.mark.parametrize(("cls", "fan"), FANS)
@pytest.mark.parametrize(("given", "scale"), [(None, 1.0), (2.0, 2.0)])
def test_values_have_the_distribution(cls, fan, given, scale):
    check_initializer(
        cls(scale=given), scipy.stats.uniform(-np.sqrt(3 * scale / fan), 2 * np.sqrt(3 * scale / fan)), PARAM
    )


@pytest.mark.parametrize(("cls", "fan"), FANS)
@pytest.mark.parametrize(("given", "scale"), [(None, 1.0), (2.0, 2.0)])
def test_dl4j_has_a_wider_bound(cls, fan, given, scale):
    bound = 3 * scale / np.sqrt(fan)
    check_initializer(cls(scale=given), scipy.stats.uniform(-bound, 2 * bound), PARAM, "dl4j")


@pytest.mark.parametrize(("cls", "end"), [(cls, end) for (cls, _), end in zip(FANS, ("In", "Out", "Avg"), strict=True)])
def test_json(cls, end):
    check_json(cls(), f"WeightInitVarScalingUniformFan{end}", '{"scale":null}')
