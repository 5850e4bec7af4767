import json
from pathlib import Path

import numpy as np
import pytest

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
