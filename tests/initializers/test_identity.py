import numpy as np
import pytest
from contract import check_json, check_round_trip, generator

from dl4py.compatibility import Compatibility
from dl4py.errors import ShapeError
from dl4py.initializers.identity import Identity
from dl4py.plan import Param


def draw(initializer, *shape):
    return initializer.draw(generator(), Param.weight("W", shape), Compatibility())


def test_identity_matrix():
    check_round_trip(Identity())
    check_round_trip(Identity(scale=3.0))
    assert np.array_equal(draw(Identity(), 4, 4), np.eye(4))
    assert np.array_equal(draw(Identity(scale=3.0), 4, 4), 3.0 * np.eye(4))


def test_a_convolution_passes_the_middle_of_its_window():
    w = draw(Identity(), 2, 2, 3, 5)
    window = generator(1).normal(size=(2, 3, 5))
    assert np.array_equal(np.einsum("oikl,ikl->o", w, window), window[:, 1, 2])


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((4, 3), "`weight_init: identity` needs a square weight, `W` is 4 x 3"),
        ((4,), "`weight_init: identity` needs a square weight, `W` is 4"),
        ((2, 2, 3, 4), "`weight_init: identity` needs a kernel with a middle, `W` is 2 x 2 x 3 x 4"),
    ],
)
def test_other_weights_are_refused(shape, message):
    with pytest.raises(ShapeError) as error:
        Identity().draw(generator(), Param("W", shape), Compatibility())
    assert str(error.value) == message


def test_json():
    check_json(Identity(), "WeightInitIdentity", '{"scale":null}')
