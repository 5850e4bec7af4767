import numpy as np
import pytest
from evaluated import CASES, added, names

from dl4py.evaluation.classification import Evaluation


@pytest.mark.parametrize("name", names("class"))
def test_text_is_dl4js(name):
    case = CASES[name]
    options = case["options"]
    assert (
        added(Evaluation(options.get("names", ()), top_n=options.get("top", 1)), case).stats() == case["found"]["stats"]
    )


def text(labels, outputs, **how):
    evaluation = Evaluation(**how)
    evaluation.add(np.array(labels, np.float32), np.array(outputs, np.float32))
    return evaluation.stats()


HEAD = "\n\n========================Evaluation Metrics========================\n # of classes:    "
END = (
    "\nConfusion matrix format: Actual (rowClass) predicted as (columnClass) N times\n"
    "=================================================================="
)
MATRIX = "\n=========================Confusion Matrix=========================\n"
TWO = [[1, 0], [0, 1], [1, 0]], [[0.6, 0.4], [0.3, 0.7], [0.45, 0.55]]


def test_no_average_is_defined():
    assert text([[1, 0, 0], [1, 0, 0]], [[0.2, 0.7, 0.1], [0.2, 0.5, 0.3]]) == (
        f"{HEAD}3\n Accuracy:        0.0000\n Precision:       0.0000\t(2 classes excluded from average)\n"
        " Recall:          0.0000\t(2 classes excluded from average)\n"
        " F1 Score:        NaN\t(3 classes excluded from average)\n"
        "Precision, recall & F1: macro-averaged (equally weighted avg. of 3 classes)\n\n"
        "Warning: 2 classes were never predicted by the model and were excluded from average precision\n"
        "Classes excluded from average precision: [0, 2]\n"
        "Warning: 2 classes were never predicted by the model and were excluded from average recall\n"
        f"Classes excluded from average recall: [1, 2]\n{MATRIX}"
        f" 0 1 2\n-------\n 0 2 0 | 0 = 0\n 0 0 0 | 1 = 1\n 0 0 0 | 2 = 2\n{END}"
    )


def test_the_other_class_is_the_positive_one():
    assert text(*TWO, positive=0) == (
        f"{HEAD}2\n Accuracy:        0.6667\n Precision:       1.0000\n Recall:          0.5000\n F1 Score:        0.6667\n"
        f'Precision, recall & F1: reported for positive class (class 0 - "0") only\n\n{MATRIX}'
        f" 0 1\n-----\n 1 1 | 0 = 0\n 0 1 | 1 = 1\n{END}"
    )


def test_no_class_is_the_positive_one():
    assert text(*TWO, positive=None) == (
        f"{HEAD}2\n Accuracy:        0.6667\n Precision:       0.7500\n Recall:          0.7500\n F1 Score:        0.6667\n"
        f"Precision, recall & F1: macro-averaged (equally weighted avg. of 2 classes)\n\n{MATRIX}"
        f" 0 1\n-----\n 1 1 | 0 = 0\n 0 1 | 1 = 1\n{END}"
    )


def test_the_threshold_is_named():
    assert text(*TWO, threshold=0.6) == (
        f"{HEAD}2\n Accuracy:        1.0000\n Precision:       1.0000\n Recall:          1.0000\n F1 Score:        1.0000\n"
        'Precision, recall & F1: reported for positive class (class 1 - "1") only\n'
        f"Binary decision threshold: 0.6\n\n{MATRIX} 0 1\n-----\n 2 0 | 0 = 0\n 0 1 | 1 = 1\n{END}"
    )
