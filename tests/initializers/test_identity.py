import numpy as np
import pytest
from contract import generator

from dl4py.compatibility import Compatibility
from dl4py.errors import ShapeError
from dl4py.initializers.identity import Identity
from dl4py.plan import Param


def test_scaled_identity():
    drawn = Identity(scale=3.0).draw(generator(), Param.weight("W", (4, 4)), Compatibility())
    assert np.array_equal(drawn, 3.0 * np.eye(4))


def test_only_square_weights():
    with pytest.raises(ShapeError) as error:
        Identity().draw(generator(), Param.weight("W", (4, 3)), Compatibility())
    assert str(error.value) == "`weight_init: identity` needs a square weight, `W` is 4 x 3"
