import scipy.special
from contract import check_activation

from dl4py.activations.swish import Swish


def test_contract():
    check_activation(Swish(), lambda z: z * scipy.special.expit(z))
