import numpy as np
from contract import check_activation, check_json, slopes

from dl4py.activations.leakyrelu import LeakyReLU


def test_contract():
    check_activation(LeakyReLU(alpha=0.3), lambda z: np.where(z >= 0, z, 0.3 * z))


def test_slope_at_0_is_1():
    assert slopes(LeakyReLU(alpha=0.25), np.array([[-1.0, 0.0, 1.0]])).tolist() == [[0.25, 1, 1]]


def test_json():
    check_json(LeakyReLU(), "ActivationLReLU", '{"alpha":0.01}')
