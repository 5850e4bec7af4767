import scipy.special
from contract import check_activation

from dl4py.activations.sigmoid import Sigmoid


def test_contract():
    check_activation(Sigmoid(), lambda z: scipy.special.expit(z))
