import scipy.special
from contract import check_activation, check_json

from dl4py.activations.swish import Swish


def test_contract():
    check_activation(Swish(), lambda z: z * scipy.special.expit(z))


def test_json():
    check_json(Swish(), "ActivationSwish", "{}")
