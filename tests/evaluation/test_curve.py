import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from dl4py.errors import ShapeError
from dl4py.evaluation.curve import Curve

RNG = np.random.default_rng(5)
TRUTH = RNG.random(200) > 0.6
SCORES = np.clip(0.5 + 0.2 * (TRUTH - 0.5) + RNG.normal(0, 0.2, 200), 0, 1)


def curve(truth, scores, **how):
    made = Curve(**how)
    made.add(np.asarray(truth, bool), np.asarray(scores))
    return made


@pytest.mark.parametrize("digits", [1, 2, 12])
def test_area_is_the_chance_that_a_positive_outscores_a_negative(digits):
    scores = SCORES.round(digits)
    chance = mannwhitneyu(scores[TRUTH], scores[~TRUTH]).statistic / (TRUTH.sum() * (~TRUTH).sum())
    assert curve(TRUTH, scores).auc == pytest.approx(chance, rel=1e-12)


def test_draws_do_not_depend_on_the_order():
    truth, scores = np.array([1, 0, 1, 0], bool), np.full(4, 0.5)
    assert curve(truth, scores).auc == curve(truth[::-1], scores).auc == 0.5


def test_points_by_hand():
    made = curve([0, 1, 1, 0, 1], [0.1, 0.4, 0.4, 0.4, 0.8])
    thresholds, fpr, tpr = made.roc()
    assert thresholds.tolist() == [1, 0.8, 0.4, 0.1, 0]
    assert fpr.tolist() == [0, 0, 0.5, 1, 1]
    assert tpr.tolist() == pytest.approx([0, 1 / 3, 1, 1, 1])
    _, precision, recall = made.precision_recall()
    assert precision.tolist() == pytest.approx([1, 1, 3 / 4, 3 / 5, 3 / 5])
    assert recall.tolist() == pytest.approx([0, 1 / 3, 1, 1, 1])
    assert made.auprc == pytest.approx(1 / 3 + 2 / 3 * (1 + 3 / 4) / 2)


def test_steps_by_hand():
    made = curve([0, 1, 1, 0, 1], [0.1, 0.4, 0.5, 0.5, 1.0], steps=4)
    thresholds, fpr, tpr = made.roc()
    assert thresholds.tolist() == [1, 0.75, 0.5, 0.25, 0]
    assert fpr.tolist() == [0, 0, 0.5, 0.5, 1]
    assert tpr.tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1, 1])


def test_many_steps_approach_the_exact_area():
    exact = curve(TRUTH, SCORES)
    stepped = curve(TRUTH, SCORES, steps=2000)
    assert stepped.auc == pytest.approx(exact.auc, abs=2e-3)
    assert stepped.auprc == pytest.approx(exact.auprc, abs=5e-3)


@pytest.mark.parametrize("steps", [0, 30])
def test_parts_merge_to_the_whole(steps):
    whole, part = curve(TRUTH, SCORES, steps=steps), curve(TRUTH[:50], SCORES[:50], steps=steps)
    part.merge(curve(TRUTH[50:], SCORES[50:], steps=steps))
    assert (part.auc, part.auprc, part.positives, part.negatives) == (
        whole.auc, whole.auprc, whole.positives, whole.negatives,
    )  # fmt: skip


def test_one_sided_truth_has_no_roc():
    made = curve([1, 1], [0.3, 0.6])
    assert np.isnan(made.auc)
    assert made.auprc == 1
    assert np.isnan(curve([0, 0], [0.3, 0.6]).auprc)
    assert np.isnan(Curve().auc)


def test_curves_of_other_steps_do_not_merge():
    with pytest.raises(ShapeError) as error:
        Curve(30).merge(Curve())
    assert str(error.value) == "curves of 0 and of 30 steps cannot be joined"
