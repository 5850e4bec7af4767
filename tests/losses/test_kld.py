import numpy as np
from contract import check_json, check_loss

from dl4py.losses.kld import KullbackLeiblerDivergence

Y = np.array([[0.2, 0.5, 0.3], [0.7, 0.1, 0.2], [0.05, 0.15, 0.8]])
LABELS = np.array([[0.1, 0.6, 0.3], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])


def test_contract():
    check_loss(KullbackLeiblerDivergence(), Y, LABELS, lambda y, t: (t * np.log(t / y)).sum())


def test_json():
    check_json(KullbackLeiblerDivergence(), "LossKLD", "{}")
