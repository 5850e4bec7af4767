import numpy as np
import pytest
from contract import Case, check_layer

from dl4py.layers.embedding import Embedding

CASES = [
    Case(Embedding(n_in=7, n_out=3), 1, lambda g, n: g.integers(0, 7, (n, 1)).astype(float)),
    Case(Embedding(n_in=7, n_out=3, has_bias=True, activation="tanh"), 1, lambda g, n: g.integers(0, 7, (n, 1)) * 1.0),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


def test_rows_of_the_table():
    network = CASES[0].network()
    table = network.parameter(network.parameters.slots[0])
    found = network.activations(np.array([[2.0], [6.0]]))["layer0"]
    assert np.array_equal(found, table[[2, 6]])


def test_an_index_outside_gives_nan():
    assert np.isnan(CASES[0].network().output(np.array([[7.0]]))).all()
