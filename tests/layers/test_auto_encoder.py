import numpy as np
import pytest
from contract import Case, check_layer

from dl4py.layers.auto_encoder import AutoEncoder

CASES = [
    Case(AutoEncoder(n_out=3, activation="tanh")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


def test_the_visible_bias_stays():
    case = Case(AutoEncoder(n_out=3, visible_bias_init=0.2))
    network = case.network()
    network.fit(*case.batch(network))
    slot = next(s for s in network.parameters.slots if s.param.name == "vb")
    assert (network.parameter(slot) == np.float32(0.2)).all()
