import numpy as np
from contract import check_activation, check_json

from dl4py.activations.hardtanh import HardTanh


def test_contract():
    check_activation(HardTanh(), lambda z: np.clip(z, -1, 1))


def test_json():
    check_json(HardTanh(), "ActivationHardTanH", "{}")
