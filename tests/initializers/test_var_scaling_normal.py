import numpy as np
import pytest
import scipy.stats
from contract import check_initializer, check_json

from dl4py.initializers.var_scaling_normal import VarScalingNormalFanAvg, VarScalingNormalFanIn, VarScalingNormalFanOut
from dl4py.plan import Param

PARAM = Param.weight("W", (60, 60), fans=(20.0, 30.0))
FANS = [(VarScalingNormalFanIn, 20), (VarScalingNormalFanOut, 30), (VarScalingNormalFanAvg, 25)]


@pytest.mark.parametrize(("cls", "fan"), FANS)
@pytest.mark.parametrize(("given", "scale"), [(None, 1.0), (2.0, 2.0)])
def test_values_have_the_distribution(cls, fan, given, scale):
    check_initializer(cls(scale=given), scipy.stats.truncnorm(-2, 2, 0, np.sqrt(scale / fan)), PARAM)


@pytest.mark.parametrize(("cls", "end"), [(cls, end) for (cls, _), end in zip(FANS, ("In", "Out", "Avg"), strict=True)])
def test_json(cls, end):
    check_json(cls(), f"WeightInitVarScalingNormalFan{end}", '{"scale":null}')
