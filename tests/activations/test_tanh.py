import numpy as np
from contract import check_activation, check_json

from dl4py.activations.tanh import Tanh


def test_contract():
    check_activation(Tanh(), lambda z: np.tanh(z))


def test_json():
    check_json(Tanh(), "ActivationTanH", "{}")
