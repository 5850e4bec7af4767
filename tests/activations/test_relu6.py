import numpy as np
from contract import check_activation, check_json

from dl4py.activations.relu6 import ReLU6


def test_contract():
    check_activation(ReLU6(), lambda z: np.clip(z, 0, 6))


def test_json():
    check_json(ReLU6(), "ActivationReLU6", "{}")
