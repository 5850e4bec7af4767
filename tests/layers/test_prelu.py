import numpy as np
import pytest
from contract import Case, check_layer

from dl4py.layers.prelu import PReLU

CASES = [
    Case(PReLU(weight_init={"type": "constant", "value": 0.3})),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


def test_slopes_below_zero():
    network = Case(PReLU(weight_init={"type": "constant", "value": 0.3})).network()
    found = network.activations(np.linspace(-2, 2, 12).reshape(3, 4))
    x = found["layer0"]
    assert np.allclose(found["layer1"], np.where(x > 0, x, 0.3 * x))
