import numpy as np
import pytest
from contract import Case, check_layer

from dl4py.layers.loss import LossLayer

CASES = [
    Case(LossLayer(activation="softmax"), skip=["gradient"]),
    Case(LossLayer(activation="tanh", loss="mse"), skip=["gradient"]),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


def test_score_is_the_loss_of_the_input():
    x, y = np.array([[0.2, 0.8]]), np.array([[1.0, 0.0]])
    score = Case(LossLayer(loss="mse"), 2).network(data_type="double").score(x, y)
    assert score == pytest.approx(0.64, rel=1e-12)
