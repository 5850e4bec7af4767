"""Figures from predictions."""

from dl4py.evaluation.base import Figures, Judgement
from dl4py.evaluation.calibration import CalibrationEvaluation
from dl4py.evaluation.classification import Evaluation
from dl4py.evaluation.judging import evaluate
from dl4py.evaluation.regression import RegressionEvaluation
from dl4py.evaluation.roc import ROC

__all__ = ["ROC", "CalibrationEvaluation", "Evaluation", "Figures", "Judgement", "RegressionEvaluation", "evaluate"]
