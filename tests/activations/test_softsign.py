import numpy as np
from contract import check_activation, check_json

from dl4py.activations.softsign import SoftSign


def test_contract():
    check_activation(SoftSign(), lambda z: z / (1 + np.abs(z)))


def test_json():
    check_json(SoftSign(), "ActivationSoftSign", "{}")
