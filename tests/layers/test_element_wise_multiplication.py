import pytest
from contract import Case, check_layer

from dl4py.errors import ShapeError
from dl4py.layers.element_wise_multiplication import ElementWiseMultiplication

CASES = [
    Case(ElementWiseMultiplication(n_out=4, activation="tanh", bias_init=0.1)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


def test_the_width_stays():
    with pytest.raises(ShapeError) as error:
        Case(ElementWiseMultiplication(n_out=5)).network()
    assert str(error.value) == "layer `layer1` keeps the width, but n_in is 4 and n_out 5"
