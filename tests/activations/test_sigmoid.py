import scipy.special
from contract import check_activation, check_json

from dl4py.activations.sigmoid import Sigmoid


def test_contract():
    check_activation(Sigmoid(), lambda z: scipy.special.expit(z))


def test_json():
    check_json(Sigmoid(), "ActivationSigmoid", "{}")
