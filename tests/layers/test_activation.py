import pytest
from contract import Case, check_layer

from dl4py.layers.activation import ActivationLayer

CASES = [
    Case(ActivationLayer(activation="softmax")),
    Case(ActivationLayer(activation={"type": "elu", "alpha": 0.5})),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)
