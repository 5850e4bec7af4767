import numpy as np
import pytest

from dl4py.cli.metrics import judgement, text
from dl4py.errors import SpecError
from dl4py.evaluation.calibration import Calibration, CalibrationEvaluation
from dl4py.evaluation.roc import ROC, Roc


def test_a_metric_is_a_name_or_a_mapping():
    assert judgement("roc") == Roc()
    assert judgement("{type: roc, steps: 30}") == Roc(steps=30)
    assert judgement("calibration") == Calibration()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "rock",
            "--metric:1:9: no evaluation is called `rock`\n"
            "  |\n1 | metric: rock\n  |         ^^^^\n   = hint: did you mean `roc`?",
        ),
        (
            "{type: roc, step: 3}",
            "--metric:1:21: `roc` has no key `step`\n"
            "  |\n1 | metric: {type: roc, step: 3}\n  |                     ^^^^\n   = hint: did you mean `steps`?",
        ),
    ],
)
def test_mistakes_are_told_as_those_of_a_spec(written, message):
    with pytest.raises(SpecError) as error:
        judgement(written)
    assert error.value.render() == message


def test_most_figures_are_read_as_dl4j_prints_them():
    figures = ROC()
    figures.add(np.array([[0.0], [1.0]]), np.array([[0.2], [0.9]]))
    assert text(figures) == figures.stats()


def test_a_calibration_shows_its_diagram():
    figures = CalibrationEvaluation(["no", "yes"], bins=2)
    labels = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    figures.add(labels, np.array([[0.8, 0.2], [0.1, 0.9], [0.4, 0.6], [0.3, 0.7]]))
    # four predictions of confidence 0.8, 0.9, 0.6, 0.7 in one bin, three of them right: |0.75 - 0.75| = 0
    assert text(figures) == (
        "EvaluationCalibration(nBins=2)\n"
        "examples:                   4\n"
        "expected calibration error: 0.0000\n"
        "maximum calibration error:  0.0000\n"
        "class  mean predicted  share positive\n"
        "no     0.2667          0.3333\n"
        "no     0.8000          1.0000\n"
        "yes    0.2000          0.0000\n"
        "yes    0.7333          0.6667"
    )
