import numpy as np
import pytest
from contract import assert_close, central, check_json, check_round_trip, run

from dl4py.errors import ShapeError
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


def test_two_outputs_have_the_positive_class_second():
    two, classes = np.hstack([1 - Y, Y]), np.hstack([1 - LABELS, LABELS])
    loss = FMeasure(beta=0.5)
    dy, score = run(lambda e, y, t: [loss.emit(e, y, t, None, e.score)], two, classes)
    assert_close(score, np.array([truth(Y)]), 1e-12, 1e-12)
    assert_close(dy, np.hstack([0 * Y, central(truth, Y)]), 1e-6, 1e-8)


def test_a_mask_covers_missing_labels():
    unknown = np.vstack([LABELS, [[np.nan]]])
    mask = np.array([[1.0], [1.0], [1.0], [1.0], [0.0]])
    loss = FMeasure(beta=0.5)
    dy, score = run(lambda e, y, t, m: [loss.emit(e, y, t, m, e.score)], np.vstack([Y, [[0.9]]]), unknown, mask)
    assert_close(score, np.array([truth(Y)]), 1e-12, 1e-12)
    assert_close(dy, np.vstack([central(truth, Y), [[0.0]]]), 1e-6, 1e-8)


def test_nothing_to_find_and_nothing_found_is_no_loss():
    zero = np.zeros((3, 1))
    dy, score = run(lambda e, y, t: [FMeasure().emit(e, y, t, None, e.score)], zero, zero)
    assert score[0] == 0
    assert not dy.any()


def test_more_than_two_outputs_are_refused():
    with pytest.raises(ShapeError) as error:
        run(lambda e, y, t: [FMeasure().emit(e, y, t, None, e.score)], np.ones((2, 3)), np.ones((2, 3)))
    assert str(error.value) == "the loss `fmeasure` is for 1 or 2 outputs, found 3"
    assert error.value.hint == "use mcxent"


def test_json():
    check_json(FMeasure(beta=0.5), "LossFMeasure", '{"beta":0.5}')
