from contract import generator

from dl4py.compatibility import Compatibility
from dl4py.initializers.constant import Constant, Ones, Zero
from dl4py.plan import Param

PARAM = Param.weight("W", (3, 4))


def test_everywhere():
    for initializer, value in ((Constant(value=0.7), 0.7), (Zero(), 0.0), (Ones(), 1.0)):
        assert (initializer.draw(generator(), PARAM, Compatibility()) == value).all()
