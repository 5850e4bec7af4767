import numpy as np
from contract import check_activation, check_json, slopes

from dl4py.activations.thresholdedrelu import ThresholdedReLU


def test_contract():
    check_activation(ThresholdedReLU(theta=0.4), lambda z: np.where(z > 0.4, z, 0))


def test_slope_at_theta_is_0():
    assert slopes(ThresholdedReLU(theta=0.5), np.array([[0.25, 0.5, 0.75]])).tolist() == [[0, 0, 1]]


def test_json():
    check_json(ThresholdedReLU(), "ActivationThresholdedReLU", '{"theta":1.0}')
