import numpy as np
from contract import assert_close, check_round_trip, run

from dl4py.kernels.rows import fill
from dl4py.regularization.l2 import L2

W = np.array([0.5, -1.2, 0.0, 2.0])


def test_score_and_gradient():
    penalty = L2(l2=0.3)
    check_round_trip(penalty)
    assert penalty.before_updater

    def record(e, w):
        gradient = e.like(w)
        e(fill, gradient, 0.0)
        penalty.emit(e, gradient, w, None)
        penalty.emit_score(e, w, e.score)
        return [gradient]

    gradient, score = run(record, W)
    assert_close(gradient, 0.3 * W, 1e-12, 1e-12)
    assert_close(score, np.array([0.15 * (W**2).sum()]), 1e-12, 1e-12)
