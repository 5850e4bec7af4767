import numpy as np
from contract import check_activation, check_json

from dl4py.activations.softplus import SoftPlus


def test_contract():
    check_activation(SoftPlus(), lambda z: np.logaddexp(0, z))


def test_json():
    check_json(SoftPlus(), "ActivationSoftPlus", "{}")
