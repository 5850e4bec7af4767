import pytest
from contract import check_json, check_round_trip, generator

from dl4py.compatibility import Compatibility
from dl4py.formats.dl4j.json import from_json, to_json
from dl4py.initializers.constant import Constant, Ones, Zero
from dl4py.plan import Param

PARAM = Param.weight("W", (3, 4))


@pytest.mark.parametrize(("initializer", "value"), [(Constant(value=0.7), 0.7), (Zero(), 0.0), (Ones(), 1.0)])
def test_everywhere(initializer, value):
    check_round_trip(initializer)
    drawn = initializer.draw(generator(), PARAM, Compatibility())
    assert drawn.shape == (3, 4)
    assert (drawn == value).all()


def test_json():
    check_json(Constant(value=0.7), "WeightInitConstant", '{"value":0.7}')


@pytest.mark.parametrize(("initializer", "value"), [(Zero(), 0.0), (Ones(), 1.0)])
def test_dl4j_has_only_the_constant(initializer, value):
    assert from_json(to_json(initializer), "here") == Constant(value=value)
