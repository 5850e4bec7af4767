import numpy as np
import pytest
from contract import assert_close, check_round_trip, run

from dl4py.kernels.rows import fill
from dl4py.regularization.weight_decay import WeightDecay
from dl4py.schedules.exponential import Exponential

W = np.array([0.5, -1.2, 0.0, 2.0])
RATES = [
    (0.1, True, 0.03),
    (0.1, False, 0.3),
    (None, True, 0.3),
    (Exponential(initial_value=0.2, gamma=0.5), True, 0.03),
]


@pytest.mark.parametrize(("rate", "apply_lr", "factor"), RATES)
def test_step_and_score(rate, apply_lr, factor):
    penalty = WeightDecay(coeff=0.3, apply_lr=apply_lr)
    check_round_trip(penalty)
    assert not penalty.before_updater

    def record(e, w):
        step = e.like(w)
        e(fill, step, 1.0)
        penalty.emit(e, step, w, rate)
        penalty.emit_score(e, w, e.score)
        return [step]

    step, score = run(record, W, iteration=1)
    assert_close(step, 1.0 + factor * W, 1e-12, 1e-12)
    assert_close(score, np.array([0.15 * (W**2).sum()]), 1e-12, 1e-12)
