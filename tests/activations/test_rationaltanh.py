import numpy as np
from contract import check_activation, check_json

from dl4py.activations.rationaltanh import RationalTanh


def test_contract():
    check_activation(
        RationalTanh(),
        lambda z: (
            1.7159 * np.sign(z) * (1 - 1 / (1 + np.abs(2 * z / 3) + (2 * z / 3) ** 2 + 1.41645 * (2 * z / 3) ** 4))
        ),
    )


def test_json():
    check_json(RationalTanh(), "ActivationRationalTanh", "{}")
