import numpy as np
from contract import check_json, check_loss, run

from dl4py.losses.cosine_proximity import CosineProximity

Y = np.array([[0.3, -0.8, 1.4], [-0.5, 0.9, 0.2], [1.1, 0.4, -0.7]])
LABELS = np.array([[0.9, -0.2, 0.5], [0.4, 1.3, -0.6], [-0.3, 0.8, 0.1]])


def test_contract():
    check_loss(CosineProximity(), Y, LABELS, lambda y, t: -(y @ t) / (np.linalg.norm(y) * np.linalg.norm(t)))


def test_a_row_of_zeros_scores_0_and_stays():
    dy, score = run(lambda e, y, t: [CosineProximity().emit(e, y, t, None, e.score)], 0 * Y, LABELS)
    assert score[0] == 0
    assert not dy.any()


def test_json():
    check_json(CosineProximity(), "LossCosineProximity", "{}")
