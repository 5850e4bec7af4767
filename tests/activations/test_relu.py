import numpy as np
from contract import check_activation, check_json, slopes

from dl4py.activations.relu import ReLU


def test_contract():
    check_activation(ReLU(), lambda z: np.maximum(0, z))


def test_options_cut_and_slope():
    relu = ReLU(max=2.0, negative_slope=0.1, threshold=0.5)
    check_activation(
        relu, lambda z: np.minimum(2.0, np.where(z >= 0.5, z, 0.1 * (z - 0.5))), np.array([[-3.1, -0.2, 0.2, 0.9, 3.3]])
    )


def test_slope_where_it_breaks_is_dl4js():
    assert slopes(ReLU(), np.array([[-1.0, 0.0, 1.0]])).tolist() == [[0, 0, 1]]
    leaky = ReLU(max=2.0, negative_slope=0.25)
    assert slopes(leaky, np.array([[-1.0, 0.0, 1.0, 2.0, 3.0]])).tolist() == [[0.25, 0.25, 1, 0, 0]]
    assert slopes(ReLU(threshold=0.5), np.array([[0.0, 0.5, 1.0]])).tolist() == [[0, 1, 1]]


def test_json():
    check_json(ReLU(), "ActivationReLU", '{"max":null,"negativeSlope":null,"threshold":null}')
