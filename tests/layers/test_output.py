import pytest
from contract import Case, check_layer

from dl4py.layers.output import Output

CASES = [
    Case(Output(n_out=3)),
    Case(Output(n_out=3, loss="mse", activation="tanh", has_bias=False)),
    Case(Output(n_out=1, loss="xent", activation="sigmoid")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)
