import numpy as np
from contract import check_json, check_loss

from dl4py.losses.msle import MeanSquaredLogarithmicError

Y = np.array([[0.2, 0.5, 0.3], [0.7, 0.1, 0.2], [0.05, 0.15, 0.8]])
LABELS = np.array([[0.0, 1.0, 0.0], [0.6, 0.3, 0.1], [0.0, 0.0, 1.0]])


def test_contract():
    check_loss(MeanSquaredLogarithmicError(), Y, LABELS, lambda y, t: (np.log((y + 1) / (t + 1)) ** 2).mean())


W = np.array([0.5, 2.0, 1.0])


def test_weights_multiply_each_output():
    check_loss(
        MeanSquaredLogarithmicError(weights=(0.5, 2.0, 1.0)),
        Y,
        LABELS,
        lambda y, t: (W * np.log((y + 1) / (t + 1)) ** 2).mean(),
    )


def test_json():
    check_json(MeanSquaredLogarithmicError(), "LossMSLE", "{}")
