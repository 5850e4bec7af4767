import numpy as np
from contract import check_activation, check_json

from dl4py.activations.hardsigmoid import HardSigmoid


def test_contract():
    check_activation(HardSigmoid(), lambda z: np.clip(0.2 * z + 0.5, 0, 1))


def test_json():
    check_json(HardSigmoid(), "ActivationHardSigmoid", "{}")
