import numpy as np
from contract import check_activation, check_json, slopes

from dl4py.activations.relu6 import ReLU6


def test_contract():
    check_activation(ReLU6(), lambda z: np.clip(z, 0, 6))


def test_slope_where_it_breaks_is_0():
    assert slopes(ReLU6(), np.array([[-1.0, 0.0, 3.0, 6.0, 7.0]])).tolist() == [[0, 0, 1, 0, 0]]


def test_json():
    check_json(ReLU6(), "ActivationReLU6", "{}")
