import numpy as np
from contract import check_activation

from dl4py.activations.softplus import SoftPlus


def test_contract():
    check_activation(SoftPlus(), lambda z: np.logaddexp(0, z))
