"""Figures from predictions."""

from dl4py.evaluation.classification import Evaluation
from dl4py.evaluation.judging import evaluate
from dl4py.evaluation.regression import RegressionEvaluation

__all__ = ["Evaluation", "RegressionEvaluation", "evaluate"]
