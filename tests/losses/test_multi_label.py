import numpy as np
from contract import check_json, check_loss, run

from dl4py.losses.multi_label import MultiLabel

Y = np.array([[0.3, -0.8, 1.4], [-0.5, 0.9, 0.2], [1.1, 0.4, -0.7]])
LABELS = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]])


def test_contract():
    check_loss(
        MultiLabel(),
        Y,
        LABELS,
        lambda y, t: np.mean([np.exp(y[m] - y[k]) for k in range(3) if t[k] for m in range(3) if not t[m]]),
    )


def test_a_row_of_all_labels_or_none_scores_0():
    labels = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    dy, score = run(lambda e, y, t: [MultiLabel().emit(e, y, t, None, e.score)], Y[:2], labels)
    assert score[0] == 0
    assert not dy.any()


def test_json():
    check_json(MultiLabel(), "LossMultiLabel", "{}")
