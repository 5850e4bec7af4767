import numpy as np
import pytest

from dl4py.evaluation.confusion import Counts, table

MATRIX = np.array([[5, 2, 0, 0], [1, 6, 3, 0], [0, 0, 4, 0], [0, 0, 0, 0]])


def test_counts_of_each_class_by_hand():
    counts = Counts(MATRIX)
    assert counts.tp.tolist() == [5, 6, 4, 0]
    assert counts.fp.tolist() == [1, 2, 3, 0]
    assert counts.fn.tolist() == [2, 4, 0, 0]
    assert counts.tn.tolist() == [13, 9, 14, 21]


def test_ratios_by_hand_and_undefined_ones():
    counts = Counts(MATRIX)
    assert counts.precision[:3].tolist() == pytest.approx([5 / 6, 6 / 8, 4 / 7])
    assert counts.recall[:3].tolist() == pytest.approx([5 / 7, 6 / 10, 1])
    assert counts.f_beta(1.0)[:3].tolist() == pytest.approx([10 / 13, 12 / 18, 8 / 11])  # 2 TP / (2 TP + FP + FN)
    assert counts.f_beta(2.0)[1] == pytest.approx(5 * 6 / (5 * 6 + 4 * 4 + 2))
    assert counts.g_measure[1] == pytest.approx(np.sqrt(0.75 * 0.6))
    assert counts.false_positive_rate.tolist() == pytest.approx([1 / 14, 2 / 11, 3 / 17, 0])
    assert np.isnan([counts.precision[3], counts.recall[3], counts.f_beta(1.0)[3], counts.mcc[3]]).all()
    assert counts.g_measure[3] == 0


def test_f_beta_is_zero_where_nothing_is_right():
    assert Counts(np.array([[0, 2], [3, 0]])).f_beta(1.0).tolist() == [0, 0]


def test_mcc_is_the_correlation_of_the_two_indicators():
    rng = np.random.default_rng(1)
    actual, predicted = rng.integers(0, 3, 90), rng.integers(0, 3, 90)
    matrix = np.zeros((3, 3), np.int64)
    np.add.at(matrix, (actual, predicted), 1)
    expected = [np.corrcoef(actual == c, predicted == c)[0, 1] for c in range(3)]
    assert np.allclose(Counts(matrix).mcc, expected)


def test_columns_touch_at_a_power_of_ten_as_in_dl4j():
    assert table(np.array([[10, 0], [1, 9]]), ["a"]) == (
        " 0 1\n-----\n10 0 | 0 = a\n 1 9 | 1 = 1\n\n"
        "Confusion matrix format: Actual (rowClass) predicted as (columnClass) N times"
    )
