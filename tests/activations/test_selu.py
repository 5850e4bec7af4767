import numpy as np
from contract import check_activation, check_json

from dl4py.activations.selu import SELU


def test_contract():
    check_activation(
        SELU(), lambda z: 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(np.minimum(z, 0)))
    )


def test_json():
    check_json(SELU(), "ActivationSELU", "{}")
