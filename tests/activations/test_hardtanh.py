import numpy as np
from contract import check_activation, check_json, slopes

from dl4py.activations.hardtanh import HardTanh


def test_contract():
    check_activation(HardTanh(), lambda z: np.clip(z, -1, 1))


def test_slope_holds_on_the_closed_interval():
    assert slopes(HardTanh(), np.array([[-1.1, -1.0, 0.0, 1.0, 1.1]])).tolist() == [[0, 1, 1, 1, 0]]


def test_json():
    check_json(HardTanh(), "ActivationHardTanH", "{}")
