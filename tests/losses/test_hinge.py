import numpy as np
from contract import check_json, check_loss

from dl4py.losses.hinge import Hinge

Y = np.array([[0.3, -0.8, 1.4], [-0.5, 0.9, 0.2], [1.1, 0.4, -0.7]])
LABELS = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, 1.0, -1.0]])


def test_contract():
    check_loss(Hinge(), Y, LABELS, lambda y, t: np.maximum(0, 1 - t * y).sum())


def test_json():
    check_json(Hinge(), "LossHinge", "{}")
