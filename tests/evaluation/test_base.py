import numpy as np
import pytest

from dl4py.errors import ShapeError, TrainingError
from dl4py.evaluation.base import EVALUATIONS, plain, rows
from dl4py.evaluation.calibration import CalibrationEvaluation
from dl4py.evaluation.classification import Evaluation
from dl4py.evaluation.regression import RegressionEvaluation
from dl4py.evaluation.roc import ROC

SERIES = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)
MAKES = {
    "classification": Evaluation,
    "regression": RegressionEvaluation,
    "roc": ROC,
    "calibration": CalibrationEvaluation,
}


def test_the_table_knows_the_four_by_dl4js_names():
    assert EVALUATIONS.names() == ["calibration", "classification", "regression", "roc"]
    assert EVALUATIONS.by_java("org.nd4j.evaluation.classification.ROC") is EVALUATIONS.get("roc")


@pytest.mark.parametrize(("name", "cls"), MAKES.items())
def test_each_begins_with_empty_figures_of_its_sort(name, cls):
    figures = EVALUATIONS.make(name).begin(["a", "b"])
    assert type(figures) is cls
    assert figures.labels == ["a", "b"]


def test_keys_reach_the_figures():
    assert EVALUATIONS.make("classification", top_n=3, positive_class=0, threshold=0.25).begin().threshold == 0.25
    assert EVALUATIONS.make("roc", steps=20, per_output=True).begin().steps == 20
    assert EVALUATIONS.make("calibration", bins=4).begin().confidence.shape == (3, 4)
    assert EVALUATIONS.make("regression", precision=2).begin().precision == 2


def test_series_become_rows_place_by_place():
    y, p, mask = rows(SERIES, SERIES + 1, None)
    assert y.tolist() == [[SERIES[n, c, t] for c in range(3)] for n in range(2) for t in range(4)]
    assert np.array_equal(p, y + 1)
    assert mask is None


PLACES = np.array([[1, 0, 1, 1], [0, 0, 1, 0]])
MASKS = {
    "examples": (np.array([0, 1]), [4, 5, 6, 7]),
    "examples, column": (np.array([[0], [1]]), [4, 5, 6, 7]),
    "places": (PLACES, [0, 2, 3, 6]),
    "places, one channel": (PLACES[:, None], [0, 2, 3, 6]),
}


@pytest.mark.parametrize("case", MASKS)
def test_masks_drop_rows(case):
    mask, kept = MASKS[case]
    y, p, rest = rows(SERIES, SERIES, mask)
    assert rest is None
    assert np.array_equal(y, rows(SERIES, SERIES, None)[0][kept])
    assert np.array_equal(p, y)


def test_a_mask_of_single_values_stays_beside_the_rows():
    mask = (SERIES > 9).astype(np.float32)
    y, _, rest = rows(SERIES, SERIES, mask)
    assert np.array_equal(rest, y > 9)


@pytest.mark.parametrize(
    ("labels", "outputs", "mask", "message"),
    [
        ((2, 3), (3, 3), None, "labels [2, 3] do not belong to outputs [3, 3]"),
        ((2, 3, 4), (2, 3), None, "labels [2, 3, 4] do not belong to outputs [2, 3]"),
        ((2, 3, 4), (2, 3, 5), None, "labels [2, 3, 4] do not belong to outputs [2, 3, 5]"),
        ((2, 3), (2, 3), (3,), "a mask [3] does not cover [2]"),
        ((2, 3, 4), (2, 3, 4), (2, 5), "a mask [2, 5] does not cover [2, 4]"),
    ],
)
def test_arrays_that_do_not_fit(labels, outputs, mask, message):
    with pytest.raises(ShapeError) as error:
        rows(np.zeros(labels), np.zeros(outputs), None if mask is None else np.ones(mask))
    assert str(error.value) == message


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_outputs_without_value_are_not_judged(make):
    with pytest.raises(TrainingError) as error:
        make().add(np.eye(3), np.full((3, 3), np.nan))
    assert error.value.render() == (
        "the outputs hold 9 NaN, so there is nothing to judge\n   = hint: a smaller learning rate may help"
    )


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_batches_of_another_width_are_refused(make):
    figures = make()
    figures.add(np.eye(3), np.eye(3))
    with pytest.raises(ShapeError) as error:
        figures.add(np.eye(4), np.eye(4))
    assert str(error.value) == "4 columns do not belong to figures of 3"


@pytest.mark.parametrize("make", [Evaluation, ROC, CalibrationEvaluation])
def test_figures_of_whole_rows_take_no_mask_of_single_values(make):
    with pytest.raises(ShapeError) as error:
        make().add(np.eye(3), np.eye(3), np.ones((3, 3)))
    assert error.value.render() == (
        "a mask of single values does not fit figures of whole rows\n   = hint: use one of shape [n]"
    )


def test_undefined_numbers_are_none_in_json():
    assert [plain(v) for v in (0.5, np.float32(2), np.nan, np.inf)] == [0.5, 2.0, None, None]
