import numpy as np
from contract import check_activation, check_json

from dl4py.activations.rectifiedtanh import RectifiedTanh


def test_contract():
    check_activation(RectifiedTanh(), lambda z: np.maximum(0, np.tanh(z)))


def test_json():
    check_json(RectifiedTanh(), "ActivationRectifiedTanh", "{}")
