import numpy as np
from contract import check_activation, check_json

from dl4py.activations.leakyrelu import LeakyReLU


def test_contract():
    check_activation(LeakyReLU(alpha=0.3), lambda z: np.where(z >= 0, z, 0.3 * z))


def test_json():
    check_json(LeakyReLU(), "ActivationLReLU", '{"alpha":0.01}')
