import scipy.special
from contract import check_activation, check_json

from dl4py.activations.softmax import Softmax


def test_contract():
    check_activation(Softmax(), lambda z: scipy.special.softmax(z, axis=1))


def test_json():
    check_json(Softmax(), "ActivationSoftmax", "{}")
