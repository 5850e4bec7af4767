import numpy as np
from contract import check_activation, check_json

from dl4py.activations.mish import Mish


def test_contract():
    check_activation(Mish(), lambda z: z * np.tanh(np.logaddexp(0, z)))


def test_json():
    check_json(Mish(), "ActivationMish", "{}")
