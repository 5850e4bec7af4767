import numpy as np
import pytest
from evaluated import CASES, added, halves, names

from dl4py.errors import ShapeError
from dl4py.evaluation.calibration import CalibrationEvaluation


def empty(case):
    options = case["options"]
    return CalibrationEvaluation(bins=options.get("bins", 10), histogram_bins=options.get("hist", 50))


@pytest.mark.parametrize("name", names("cal"))
def test_counts_and_histograms_are_those_of_dl4j(name):
    case = CASES[name]
    found, ours = case["found"], added(empty(case), case)
    assert ours.label_counts.tolist() == found["labels"]
    assert ours.prediction_counts.tolist() == found["predictions"]
    assert ours.residuals.sum(axis=1).tolist() == found["residuals"]
    assert ours.probabilities.sum(axis=1).tolist() == found["probabilities"]
    assert ours.residuals_of.T.tolist() == found["residuals_of"]
    assert ours.probabilities_of.T.tolist() == found["probabilities_of"]
    assert ours.stats() == found["stats"]


@pytest.mark.parametrize("name", names("cal"))
def test_reliability_is_that_of_dl4j(name):
    case = CASES[name]
    ours = added(empty(case), case)
    for c, (mean, share) in enumerate(case["found"]["reliability"]):
        assert np.allclose(ours.reliability(c), [mean, share], rtol=1e-5)


def test_calibration_errors_by_hand():
    # Rows by confidence: 0.9 right, 0.9 wrong, 0.6 right, 0.6 right; bins of a tenth.
    y = np.array([[1, 0], [0, 1], [1, 0], [1, 0]])
    p = np.array([[0.95, 0.05], [0.95, 0.05], [0.65, 0.35], [0.65, 0.35]])
    ours = CalibrationEvaluation()
    ours.add(y, p)
    assert ours.expected_calibration_error == pytest.approx((2 * abs(0.5 - 0.95) + 2 * abs(1 - 0.65)) / 4)
    assert ours.maximum_calibration_error == pytest.approx(0.45)


def test_honest_probabilities_have_little_error_and_boasting_much():
    rng = np.random.default_rng(2)
    p = rng.dirichlet(np.ones(3), 20_000)
    y = np.eye(3)[(p.cumsum(axis=1) > rng.random((len(p), 1))).argmax(axis=1)]
    honest, boasting = CalibrationEvaluation(), CalibrationEvaluation()
    honest.add(y, p)
    boasting.add(y, p**4 / (p**4).sum(axis=1, keepdims=True))
    assert honest.expected_calibration_error < 0.02
    assert boasting.expected_calibration_error > 0.15


@pytest.mark.parametrize("name", names("cal"))
def test_parts_merge_to_the_whole(name):
    case = CASES[name]
    joined, whole = halves(lambda: empty(case), case), added(empty(case), case)
    for field, value in vars(whole).items():
        assert np.allclose(getattr(joined, field), value) if isinstance(value, np.ndarray) else True, field
    assert joined.as_dict()["expected_calibration_error"] == pytest.approx(whole.expected_calibration_error)


def test_as_dict():
    ours = CalibrationEvaluation(["no", "yes"], bins=2)
    assert ours.as_dict() == {
        "examples": 0,
        "expected_calibration_error": None,
        "maximum_calibration_error": None,
        "reliability": {},
    }
    ours.add(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.75, 0.25], [0.25, 0.75]]))
    assert ours.as_dict() == {
        "examples": 2,
        "expected_calibration_error": 0.25,
        "maximum_calibration_error": 0.25,
        "reliability": {
            "no": {"mean_predicted": [0.25, 0.75], "share_positive": [0.0, 1.0]},
            "yes": {"mean_predicted": [0.25, 0.75], "share_positive": [0.0, 1.0]},
        },
    }


def test_other_bins_do_not_merge():
    with pytest.raises(ShapeError) as error:
        CalibrationEvaluation(bins=5).merge(CalibrationEvaluation())
    assert str(error.value) == "calibrations of different bins cannot be joined"
