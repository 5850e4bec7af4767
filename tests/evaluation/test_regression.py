import numpy as np
import pytest

from dl4py.evaluation import RegressionEvaluation

G = np.random.default_rng(0)
Y = G.normal(5, 2, (300, 2))
P = Y + G.normal(0, 0.5, (300, 2))


def evaluated():
    evaluation = RegressionEvaluation()
    evaluation.add(Y[:100], P[:100])
    other = RegressionEvaluation()
    other.add(Y[100:], P[100:])
    evaluation.merge(other)
    return evaluation


def test_figures_follow_their_definitions():
    evaluation = evaluated()
    assert np.allclose(evaluation.mse, ((P - Y) ** 2).mean(axis=0))
    assert np.allclose(evaluation.mae, np.abs(P - Y).mean(axis=0))
    assert np.allclose(evaluation.rmse, np.sqrt(((P - Y) ** 2).mean(axis=0)))
    rse = ((P - Y) ** 2).sum(axis=0) / ((Y - Y.mean(axis=0)) ** 2).sum(axis=0)
    assert np.allclose(evaluation.rse, rse)
    assert np.allclose(evaluation.r_squared, 1 - rse)
    assert np.allclose(evaluation.correlation, [np.corrcoef(Y[:, i], P[:, i])[0, 1] for i in range(2)])


def test_constant_labels_have_no_relative_error():
    evaluation = RegressionEvaluation()
    evaluation.add(np.ones((5, 1)), np.zeros((5, 1)))
    assert np.isinf(evaluation.rse[0])


def test_text_is_a_table_as_dl4j_prints_it():
    head, first, _ = evaluated().stats().split("\n")
    assert head.split() == ["Column", "MSE", "MAE", "RMSE", "RSE", "PC", "R^2"]
    assert first.startswith(f"col_0      {evaluated().mse[0]:.5e}")


def test_as_dict_has_means_and_columns():
    figures = evaluated().as_dict()
    assert figures["examples"] == 300
    assert figures["mse"] == pytest.approx(((P - Y) ** 2).mean())
    assert figures["columns"]["col_1"]["mae"] == pytest.approx(np.abs(P - Y)[:, 1].mean())
