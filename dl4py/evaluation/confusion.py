"""Figures of each class from a confusion matrix, rows actual, columns predicted."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log10

import numpy as np


class Counts:
    """For each class: TP, FP, FN, TN, and the ratios that follow; NaN is 0/0.

    Precision = TP / (TP + FP), recall = TP / (TP + FN), F_beta = (1 + beta^2) P R / (beta^2 P + R),
    MCC = (TP TN - FP FN) / sqrt((TP + FP) (TP + FN) (TN + FP) (TN + FN)), G = sqrt(P R).
    """

    def __init__(self, confusion: np.ndarray) -> None:
        self.tp = np.diag(confusion).astype(np.float64)
        self.fp = confusion.sum(axis=0) - self.tp
        self.fn = confusion.sum(axis=1) - self.tp
        self.tn = confusion.sum() - self.tp - self.fp - self.fn
        self.precision = _ratio(self.tp, self.tp + self.fp)
        self.recall = _ratio(self.tp, self.tp + self.fn)
        self.false_positive_rate = _ratio(self.fp, self.fp + self.tn)
        self.false_negative_rate = _ratio(self.fn, self.fn + self.tp)

    def f_beta(self, beta: float) -> np.ndarray:
        """NaN where precision or recall is 0/0, 0 where both are 0."""
        above = (1.0 + beta**2) * self.precision * self.recall
        below = beta**2 * self.precision + self.recall
        return np.where(below == 0, 0.0, above / np.where(below == 0, 1.0, below))

    @property
    def g_measure(self) -> np.ndarray:
        """Geometric mean of precision and recall, 0/0 taken as 0."""
        return np.sqrt(np.nan_to_num(self.precision) * np.nan_to_num(self.recall))

    @property
    def mcc(self) -> np.ndarray:
        """Matthews correlation of each class against the rest."""
        tp, fp, fn, tn = self.tp, self.fp, self.fn, self.tn
        below = np.sqrt(tp + fp) * np.sqrt(tp + fn) * np.sqrt(tn + fp) * np.sqrt(tn + fn)
        return _ratio(tp * tn - fp * fn, below)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.where(below == 0, np.nan, above / np.where(below == 0, 1.0, below))


def table(confusion: np.ndarray, labels: Sequence[str]) -> str:
    """The matrix as DL4J prints it: the cell is wide enough for all but a power of ten, where columns touch."""
    classes = len(confusion)
    digits = max(1, ceil(log10(max(int(confusion.max()), classes, 1))))
    cell = digits + 1
    lines = ["".join(f"{i:>{cell}}" for i in range(classes)), "-" * (cell * classes + 1)]
    for i, row in enumerate(confusion):
        lines.append("".join(f"{n:>{cell}}" for n in row) + f" | {i} = {labels[i] if i < len(labels) else i}")
    return "\n".join([*lines, "", "Confusion matrix format: Actual (rowClass) predicted as (columnClass) N times"])
