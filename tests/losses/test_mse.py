import numpy as np
from contract import check_json, check_loss

from dl4py.losses.mse import MeanSquaredError

Y = np.array([[0.3, -0.8, 1.4], [-0.5, 0.9, 0.2], [1.1, 0.4, -0.7]])
LABELS = np.array([[0.9, -0.2, 0.5], [0.4, 1.3, -0.6], [-0.3, 0.8, 0.1]])


def test_contract():
    check_loss(MeanSquaredError(), Y, LABELS, lambda y, t: ((y - t) ** 2).mean())


W = np.array([0.5, 2.0, 1.0])


def test_weights_multiply_each_output():
    check_loss(MeanSquaredError(weights=(0.5, 2.0, 1.0)), Y, LABELS, lambda y, t: (W * (y - t) ** 2).mean())


def test_json():
    check_json(MeanSquaredError(), "LossMSE", "{}")
    check_json(
        MeanSquaredError(weights=(0.5, 2.0, 1.0)),
        "LossMSE",
        '{"weights":{"dataType":"FLOAT","shape":[3],"data":[0.5,2.0,1.0]}}',
    )
