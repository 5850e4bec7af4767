import numpy as np
from contract import check_activation, check_json

from dl4py.activations.relu import ReLU


def test_contract():
    check_activation(ReLU(), lambda z: np.maximum(0, z))


def test_options_cut_and_slope():
    relu = ReLU(max=2.0, negative_slope=0.1, threshold=0.5)
    check_activation(
        relu, lambda z: np.minimum(2.0, np.where(z >= 0.5, z, 0.1 * (z - 0.5))), np.array([[-3.1, -0.2, 0.2, 0.9, 3.3]])
    )


def test_json():
    check_json(ReLU(), "ActivationReLU", '{"max":null,"negativeSlope":null,"threshold":null}')
