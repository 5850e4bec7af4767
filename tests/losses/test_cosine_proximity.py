import numpy as np
from contract import check_json, check_loss

from dl4py.losses.cosine_proximity import CosineProximity

Y = np.array([[0.3, -0.8, 1.4], [-0.5, 0.9, 0.2], [1.1, 0.4, -0.7]])
LABELS = np.array([[0.9, -0.2, 0.5], [0.4, 1.3, -0.6], [-0.3, 0.8, 0.1]])


def test_contract():
    check_loss(CosineProximity(), Y, LABELS, lambda y, t: -(y @ t) / (np.linalg.norm(y) * np.linalg.norm(t)))


def test_json():
    check_json(CosineProximity(), "LossCosineProximity", "{}")
