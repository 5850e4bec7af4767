import json
from pathlib import Path

import numpy as np
import pytest
from evaluated import CASES, added, halves, names, numbers

from dl4py.errors import ShapeError
from dl4py.evaluation import Evaluation

FACTS = json.loads((Path(__file__).parent / "files" / "facts.json").read_text())


def of(confusion, **how):
    """An evaluation of examples with that confusion matrix."""
    n = len(confusion)
    evaluation = Evaluation(**how)
    for actual, row in enumerate(confusion):
        for predicted, count in enumerate(row):
            for _ in range(count):
                evaluation.add(np.eye(n)[[actual]], np.eye(n)[[predicted]])
    return evaluation


def test_figures_are_those_that_dl4j_printed():
    evaluation = of(FACTS["confusion (rows actual)"])
    assert evaluation.accuracy == pytest.approx(FACTS["accuracy"], abs=5e-5)
    assert evaluation.precision == pytest.approx(FACTS["precision_macro"], abs=5e-5)
    assert evaluation.recall == pytest.approx(FACTS["recall_macro"], abs=5e-5)
    assert evaluation.f1 == pytest.approx(FACTS["f1_macro"], abs=5e-5)


def test_text_is_dl4js():
    assert of([[20, 0, 0], [0, 18, 2], [0, 0, 20]], labels=["a", "b", "c"]).stats() == (
        "\n\n========================Evaluation Metrics========================\n"
        " # of classes:    3\n Accuracy:        0.9667\n Precision:       0.9697\n Recall:          0.9667\n"
        " F1 Score:        0.9666\n"
        "Precision, recall & F1: macro-averaged (equally weighted avg. of 3 classes)\n\n\n"
        "=========================Confusion Matrix=========================\n"
        "  0  1  2\n----------\n 20  0  0 | 0 = a\n  0 18  2 | 1 = b\n  0  0 20 | 2 = c\n\n"
        "Confusion matrix format: Actual (rowClass) predicted as (columnClass) N times\n"
        "=================================================================="
    )


def test_two_classes_report_the_positive_one():
    evaluation = of([[5, 1], [2, 4]])
    assert evaluation.precision == pytest.approx(4 / 5)
    assert evaluation.recall == pytest.approx(4 / 6)
    assert 'reported for positive class (class 1 - "1") only' in evaluation.stats()


def test_a_class_never_predicted_is_left_out_and_named():
    evaluation = of([[5, 0, 0], [3, 2, 0], [1, 0, 0]])
    assert evaluation.precision == pytest.approx((5 / 9 + 1) / 2)
    assert "(1 class excluded from average)" in evaluation.stats()
    assert (
        "Warning: 1 class was never predicted by the model and was excluded from average precision"
        in evaluation.stats()
    )


def test_one_column_has_the_threshold_one_half():
    evaluation = Evaluation()
    evaluation.add(np.array([[1.0], [0.0], [1.0]]), np.array([[0.7], [0.6], [0.4]]))
    assert evaluation.confusion.tolist() == [[0, 1], [1, 1]]


def test_masks_merging_and_top_n():
    labels, outputs = np.eye(3)[[0, 1, 2]], np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
    whole, half = Evaluation(top_n=2), Evaluation(top_n=2)
    whole.add(labels, outputs)
    half.add(labels, outputs, mask=np.array([1.0, 1.0, 0.0]))
    rest = Evaluation(top_n=2)
    rest.add(labels, outputs, mask=np.array([0.0, 0.0, 1.0]))
    half.merge(rest)
    assert np.array_equal(whole.confusion, half.confusion)
    assert whole.as_dict()["top_2_accuracy"] == half.as_dict()["top_2_accuracy"] == pytest.approx(2 / 3)


def test_no_data():
    assert Evaluation().stats() == "Evaluation: No data available (no evaluation has been performed)"


def test_mcc_of_two_classes():
    evaluation = of([[6, 1], [2, 3]])
    assert evaluation.mcc == pytest.approx((3 * 6 - 1 * 2) / np.sqrt(4 * 5 * 7 * 8))


@pytest.mark.parametrize("name", names("class"))
def test_figures_are_those_of_dl4j(name):
    case = CASES[name]
    found, top = case["found"], case["options"].get("top", 1)
    e = added(Evaluation(top_n=top), case)
    assert e.confusion.tolist() == found["confusion"]
    ours = {"accuracy": e.accuracy, "precision": e.precision, "recall": e.recall, "f1": e.f1, "top": e.top_n_accuracy}
    ours |= {"fpr": e.false_positive_rate, "fnr": e.false_negative_rate, "far": e.false_alarm_rate}
    for figure, value in ours.items():
        assert value == pytest.approx(found[figure], abs=1e-12), figure
    if e.classes > 2:
        macro = {"fbeta2_Macro": e.f_beta(2.0), "g_Macro": e.g_measure}
        for figure, value in macro.items():
            assert value == pytest.approx(found[figure], abs=1e-12), figure


@pytest.mark.parametrize("name", names("class"))
def test_figures_of_each_class_are_those_of_dl4j(name):
    case = CASES[name]
    c = added(Evaluation(), case).counts
    rates = (c.precision, c.recall, c.f_beta(1.0), c.f_beta(2.0), c.g_measure, c.mcc)
    rates = (*rates, c.false_positive_rate, c.false_negative_rate)
    expected = np.nan_to_num(numbers(case["found"]["classes"]))  # DL4J takes most 0/0 as 0, for MCC it has NaN
    assert np.allclose(np.nan_to_num(np.transpose(rates)), expected, atol=1e-12)


@pytest.mark.parametrize("name", names("class"))
def test_parts_merge_to_the_whole(name):
    case = CASES[name]
    whole, joined = added(Evaluation(top_n=2), case), halves(lambda: Evaluation(top_n=2), case)
    assert joined.as_dict() == whole.as_dict()
    whole.merge(Evaluation(top_n=2))
    assert joined.as_dict() == whole.as_dict()


def test_class_numbers_serve_as_labels():
    outputs = np.random.default_rng(0).random((2, 3, 5))
    classes = np.random.default_rng(1).integers(0, 3, (2, 1, 5))
    ours, hot = Evaluation(), Evaluation()
    ours.add(classes, outputs)
    hot.add((classes == np.arange(3)[:, None]).astype(float), outputs)
    assert np.array_equal(ours.confusion, hot.confusion)


def test_two_classes_follow_the_positive_one():
    matrix = [[5, 1], [2, 4]]
    assert of(matrix, positive=0).precision == pytest.approx(5 / 7)
    assert of(matrix, positive=0).f1 == pytest.approx(10 / 13)
    assert of(matrix, positive=None).precision == pytest.approx((5 / 7 + 4 / 5) / 2)
    assert of(matrix).f_beta(2.0) == pytest.approx(5 * 4 / (5 * 4 + 4 * 2 + 1))
    assert of(matrix).g_measure == pytest.approx(np.sqrt(4 / 5 * 4 / 6))
    assert of(matrix).false_positive_rate == pytest.approx(1 / 6)
    assert of(matrix).false_alarm_rate == pytest.approx((1 / 6 + 2 / 6) / 2)


def test_a_threshold_of_ones_own():
    evaluation = Evaluation(threshold=0.65)
    evaluation.add(np.array([[1.0], [0.0], [1.0]]), np.array([[0.7], [0.6], [0.65]]))
    assert evaluation.confusion.tolist() == [[1, 0], [1, 1]]


REFUSED = {
    "class number": ({}, np.array([[3]]), np.eye(3)[:1], "the class number 3 does not belong to 3 outputs"),
    "columns": ({}, np.eye(2)[:1], np.eye(3)[:1], "labels of 2 columns do not belong to 3 outputs"),
    "threshold": ({"threshold": 0.4}, np.eye(3), np.eye(3), "a threshold decides between two classes, not 3"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit(case):
    how, labels, outputs, message = REFUSED[case]
    with pytest.raises(ShapeError) as error:
        Evaluation(**how).add(labels, outputs)
    assert str(error.value) == message


def test_as_dict_is_json_with_none_for_what_is_undefined():
    figures = of([[2, 1, 0], [0, 3, 0], [0, 0, 0]], labels=["a", "b"]).as_dict()
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert figures["labels"] == ["a", "b", "2"]
    assert figures["classes"][2] == {"precision": None, "recall": None, "f1": None}
    assert figures["classes"][0] == {"precision": 1.0, "recall": pytest.approx(2 / 3), "f1": pytest.approx(0.8)}
