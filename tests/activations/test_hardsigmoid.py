import numpy as np
from contract import check_activation, check_json, slopes

from dl4py.activations.hardsigmoid import HardSigmoid


def test_contract():
    check_activation(HardSigmoid(), lambda z: np.clip(0.2 * z + 0.5, 0, 1))


def test_slope_holds_on_the_closed_interval():
    assert slopes(HardSigmoid(), np.array([[-2.6, -2.5, 0.0, 2.5, 2.6]])).tolist() == [[0, 0.2, 0.2, 0.2, 0]]


def test_json():
    check_json(HardSigmoid(), "ActivationHardSigmoid", "{}")
