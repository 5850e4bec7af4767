import json
from pathlib import Path

import numpy as np
import pytest
from evaluated import CASES, added, halves, names, numbers

from dl4py.evaluation.roc import ROC

RESOURCE = json.loads((Path(__file__).parent / "files" / "rocMultiClass.json").read_text())
# DL4J breaks draws by the order of its sort; the others have none, or count at steps.
DRAWS = {"roc"}


def made(name):
    case = CASES[name]
    options = case["options"]
    how = {"steps": options.get("steps", 0), "per_output": case["kind"] == "rocbinary"}
    return added(ROC(options.get("names", ()), **how), case)


@pytest.mark.parametrize("name", [name for name in names("roc", "rocmulti", "rocbinary") if name not in DRAWS])
def test_areas_are_those_of_dl4j(name):
    ours, found = made(name), CASES[name]["found"]
    assert ours.auc == pytest.approx(found["auc"], rel=1e-6)  # DL4J's curves are in single precision
    if "auprc" in found:
        assert ours.auprc == pytest.approx(found["auprc"], rel=1e-6)
    for curve, theirs in zip(ours.curves, found.get("classes", []), strict=False):
        assert [curve.auc, curve.auprc] == pytest.approx(theirs, rel=1e-6)
    assert "classes" not in found or len(found["classes"]) == len(ours.curves)


@pytest.mark.parametrize("name", ["roc-10", "roc-30"])
def test_stepped_curves_are_those_of_dl4j(name):
    (curve,), found = made(name).curves, CASES[name]["found"]
    assert np.allclose(curve.roc(), np.array(found["roc"])[:, ::-1])
    assert np.allclose(curve.precision_recall(), np.array(found["pr"])[:, ::-1])


@pytest.mark.parametrize("name", ["roc-distinct", "roc-two", "roc-perfect", "roc-wrong"])
def test_dl4js_points_lie_on_the_exact_curve(name):
    (curve,), found = made(name).curves, CASES[name]["found"]
    ours = np.transpose(curve.roc())
    for point in np.transpose(found["roc"]):  # DL4J leaves out points between neighbours on a straight line
        assert np.abs(ours - point).max(axis=1).min() < 1e-6


@pytest.mark.parametrize("c", range(3))
def test_curves_that_dl4j_kept_of_iris(c):
    kept = RESOURCE["underlying"][c]
    counts = (kept["countActualPositive"], kept["countActualNegative"])
    assert counts == (50, 100)
    points = np.array([kept["rocCurve"]["fpr"], kept["rocCurve"]["tpr"]])
    ours = ROC()
    tp, fp = (np.rint(points[1] * 50).astype(int), np.rint(points[0] * 100).astype(int))
    truth = [np.r_[np.ones(a), np.zeros(b)] for a, b in zip(np.diff(tp), np.diff(fp), strict=True)]
    scores = [np.full(len(t), 1 - i / 1000) for i, t in enumerate(truth)]
    ours.add(np.concatenate(truth)[:, None], np.concatenate(scores)[:, None])
    assert ours.auc == pytest.approx(kept["auc"], abs=1e-6)


@pytest.mark.parametrize("name", names("rocmulti", "rocbinary"))
def test_tables_are_dl4js(name):
    assert made(name).stats() == CASES[name]["found"]["stats"]


@pytest.mark.parametrize("name", ["roc-perfect", "roc-wrong", "roc-30", "roc-10"])
def test_text_of_two_classes_is_dl4js(name):
    ours, theirs = made(name).stats().split("\n"), CASES[name]["found"]["stats"].split("\n")
    for line, expected in zip(ours, theirs, strict=True):
        assert line[:43] == expected[:43]
        if not line.startswith("["):
            assert float(line[43:]) == pytest.approx(float(expected[43:]), rel=1e-12)
        else:
            assert line == expected


def test_long_names_widen_the_table():
    labels = np.eye(3, dtype=np.float32)
    outputs = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4]], np.float32)
    names = ["a label of some length", "b", "c"]
    multi, binary = ROC(names), ROC(names, per_output=True)
    for roc in (multi, binary):
        roc.add(labels, outputs)
    # As DL4J 1.0.0-M2.1 printed it.
    assert multi.stats() == (
        "Label                      AUC         # Pos     # Neg     \n"
        "a label of some length     1.0000      1         2         \n"
        "b                          1.0000      1         2         \n"
        "c                          1.0000      1         2         Average AUC: 1.0000      "
    )
    assert binary.stats() == (
        "Label                      AUC         AUPRC       # Pos     # Neg     \n"
        "a label of some length     1.0000      1.0000      1         2         \n"
        "b                          1.0000      1.0000      1         2         \n"
        "c                          1.0000      1.0000      1         2         "
    )


def test_no_data_and_one_sided_data():
    assert ROC().stats() == "ROC: No data available (no data has been performed)"
    roc = ROC()
    roc.add(np.ones((2, 1)), np.array([[0.3], [0.6]]))
    assert roc.stats() == (
        "AUC (Area under ROC Curve):                NaN\nAUPRC (Area under Precision/Recall Curve): 1.0"
    )
    assert roc.as_dict() == {"auc": None, "auprc": 1.0}


@pytest.mark.parametrize("name", names("roc", "rocmulti", "rocbinary"))
def test_parts_merge_to_the_whole(name):
    case = CASES[name]
    how = {"steps": case["options"].get("steps", 0), "per_output": case["kind"] == "rocbinary"}
    joined, whole = halves(lambda: ROC(**how), case), added(ROC(**how), case)
    assert joined.as_dict() == whole.as_dict()


def test_as_dict_names_the_columns():
    figures = made("roc-multi").as_dict()
    assert list(figures["columns"]) == ["a", "b", "c"]
    assert [v["auc"] for v in figures["columns"].values()] == pytest.approx(
        numbers(CASES["roc-multi"]["found"]["classes"])[:, 0], rel=1e-6
    )
    assert figures["columns"]["c"]["positives"] == 16
