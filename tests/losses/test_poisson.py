import numpy as np
from contract import check_json, check_loss

from dl4py.losses.poisson import Poisson

Y = np.array([[0.2, 0.5, 0.3], [0.7, 0.1, 0.2], [0.05, 0.15, 0.8]])
LABELS = np.array([[0.0, 1.0, 0.0], [0.6, 0.3, 0.1], [0.0, 0.0, 1.0]])


def test_contract():
    check_loss(Poisson(), Y, LABELS, lambda y, t: (y - t * np.log(y)).sum())


def test_json():
    check_json(Poisson(), "LossPoisson", "{}")
