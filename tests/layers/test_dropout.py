import numpy as np
import pytest
from contract import Case, check_layer

from dl4py.layers.dropout import DropoutLayer

CASES = [
    Case(DropoutLayer(dropout=0.7), skip=["gradient"]),
    Case(DropoutLayer(dropout=None)),
    Case(DropoutLayer(dropout={"type": "gaussian_noise", "stddev": 0.2}), skip=["gradient"]),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


def test_inference_passes_through():
    network = Case(DropoutLayer(dropout=0.3)).network()
    found = network.activations(np.ones((3, 4)))
    assert np.array_equal(found["layer1"], found["layer0"])
