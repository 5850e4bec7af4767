import numpy as np
from contract import assert_close, central, check_json, check_round_trip, run

from dl4py.losses.fmeasure import FMeasure

Y = np.array([[0.2], [0.7], [0.6], [0.1]])
LABELS = np.array([[0.0], [1.0], [1.0], [1.0]])


def truth(y, beta=0.5):
    tp, fp, fn = (LABELS * y).sum(), ((1 - LABELS) * y).sum(), (LABELS * (1 - y)).sum()
    return float(1 - (1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp))


def test_score_and_gradient_of_the_batch():
    loss = FMeasure(beta=0.5)
    check_round_trip(loss)
    dy, score = run(lambda e, y, t: [loss.emit(e, y, t, None, e.score)], Y, LABELS)
    assert_close(score, np.array([truth(Y)]), 1e-12, 1e-12)
    assert_close(dy, central(truth, Y), 1e-6, 1e-8)


def test_json():
    check_json(FMeasure(beta=0.5), "LossFMeasure", '{"beta":0.5}')
