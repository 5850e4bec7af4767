import numpy as np
from contract import check_activation, check_json

from dl4py.activations.cube import Cube


def test_contract():
    check_activation(Cube(), lambda z: z**3, far=np.array([[-1e12, 1e12]]))


def test_json():
    check_json(Cube(), "ActivationCube", "{}")
