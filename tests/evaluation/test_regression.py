import json

import numpy as np
import pytest
from evaluated import CASES, added, halves, names, numbers

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
    head, first, _, end = evaluated().stats().split("\n")
    assert end == ""
    assert head.split() == ["Column", "MSE", "MAE", "RMSE", "RSE", "PC", "R^2"]
    assert first.startswith(f"col_0     {evaluated().mse[0]:.5e}")


def test_as_dict_has_means_and_columns():
    figures = evaluated().as_dict()
    assert figures["examples"] == 300
    assert figures["mse"] == pytest.approx(((P - Y) ** 2).mean())
    assert figures["columns"]["col_1"]["mae"] == pytest.approx(np.abs(P - Y)[:, 1].mean())


@pytest.mark.parametrize("name", names("reg"))
def test_figures_are_those_of_dl4j(name):
    case = CASES[name]
    e = added(RegressionEvaluation(), case)
    ours = np.array([e.mse, e.mae, e.rmse, e.rse, e.correlation, e.r_squared]).T
    theirs = numbers(case["found"]["columns"])
    # What DL4J divides by zero for a constant column is noise over nothing: -Infinity or NaN.
    defined = np.isfinite(theirs) | np.isposinf(theirs)
    assert np.allclose(ours[defined], theirs[defined], rtol=2e-5, atol=1e-6)  # its sums are in single precision
    assert np.isnan(ours[:, 4][~np.isfinite(theirs[:, 4])]).all()


@pytest.mark.parametrize("name", ["reg", "reg-named", "reg-mask", "reg-rows-mask", "reg-steps"])
def test_text_is_dl4js(name):
    case = CASES[name]
    ours = added(RegressionEvaluation(case["options"].get("names", ())), case).stats().split("\n")
    theirs = case["found"]["stats"].split("\n")
    assert [len(line) for line in ours] == [len(line) for line in theirs]
    assert ours[0] == theirs[0]
    for line, expected in zip(ours[1:-1], theirs[1:-1], strict=True):
        cells, wanted = line.split()[-6:], expected.split()[-6:]
        assert line[: -6 * 15] == expected[: -6 * 15]
        assert np.allclose(np.array(cells, float), np.array(wanted, float), rtol=2e-5)


def test_text_of_constant_columns_and_without_data():
    e = RegressionEvaluation(["constant"])
    e.add(np.ones((2, 1)), np.array([[1.0], [2.0]]))
    assert e.stats() == (
        "Column       MSE            MAE            RMSE           RSE            PC             R^2            \n"
        "constant     5.00000e-01    5.00000e-01    7.07107e-01    Infinity       NaN            -Infinity      \n"
    )
    assert RegressionEvaluation().stats() == "RegressionEvaluation: No Data"


@pytest.mark.parametrize("name", names("reg"))
def test_parts_merge_to_the_whole(name):
    case = CASES[name]
    whole, joined = added(RegressionEvaluation(), case), halves(RegressionEvaluation, case)
    for figure in ("mse", "mae", "rmse", "rse", "correlation", "r_squared"):
        assert np.allclose(getattr(joined, figure), getattr(whole, figure), equal_nan=True), figure
    assert joined.count == whole.count


def test_a_large_mean_costs_no_digits():
    e = RegressionEvaluation()
    for part in (slice(0, 120), slice(120, 300)):
        e.add(Y[part] + 1e9, P[part] + 1e9)
    assert np.allclose(e.correlation, [np.corrcoef(Y[:, i], P[:, i])[0, 1] for i in range(2)], rtol=1e-6)
    assert np.allclose(e.rse, ((P - Y) ** 2).sum(axis=0) / ((Y - Y.mean(axis=0)) ** 2).sum(axis=0), rtol=1e-6)


def test_a_column_that_a_mask_covers_has_no_figures():
    e = RegressionEvaluation()
    e.add(Y[:5], P[:5], np.array([[1.0, 0.0]] * 5))
    assert np.isnan([e.mse[1], e.mae[1], e.correlation[1]]).all()
    assert json.loads(json.dumps(e.as_dict(), allow_nan=False))["columns"]["col_1"]["mse"] is None
