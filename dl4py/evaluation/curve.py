"""One score against a yes or no: the curves of all thresholds, and the areas under them."""

from __future__ import annotations

import numpy as np

from dl4py.errors import ShapeError


class Curve:
    """Scores with their truth, kept whole (`steps` 0) or counted at the thresholds 0, 1/steps, ..., 1.

    Whole, equal scores are one point of the curve, so that the area is the probability that a positive outscores a
    negative, a draw counting half: Hanley and McNeil, "The meaning and use of the area under a receiver operating
    characteristic (ROC) curve", 1982. DL4J breaks draws by the order of its sort.
    """

    def __init__(self, steps: int = 0) -> None:
        self.steps = steps
        self.positives = self.negatives = 0
        self._kept: list[tuple[np.ndarray, np.ndarray]] = []
        self._above = np.zeros((2, steps + 1), np.int64)

    def add(self, truth: np.ndarray, scores: np.ndarray) -> None:
        """Counts scores `[n]` and whether each is of a positive `[n]`."""
        self.positives += int(truth.sum())
        self.negatives += int((~truth).sum())
        if not self.steps:
            self._kept.append((truth.copy(), scores.copy()))
            return
        for i, threshold in enumerate(self._thresholds()[:-1]):  # nothing is above the last, as in DL4J
            above = scores >= scores.dtype.type(threshold)
            self._above[:, i] += (above & truth).sum(), (above & ~truth).sum()

    def merge(self, other: Curve) -> None:
        """Adds the scores of another."""
        if other.steps != self.steps:
            raise ShapeError(f"curves of {other.steps} and of {self.steps} steps cannot be joined")
        self.positives += other.positives
        self.negatives += other.negatives
        self._kept += other._kept
        self._above += other._above

    def _thresholds(self) -> np.ndarray:
        return np.arange(self.steps + 1) * (1.0 / self.steps)

    def _points(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Thresholds from 1 to 0, with the positives and the negatives that reach them."""
        if self.steps:
            return self._thresholds()[::-1], *self._above[:, ::-1]
        truth = np.concatenate([kept[0] for kept in self._kept]) if self._kept else np.zeros(0, bool)
        scores = np.concatenate([kept[1] for kept in self._kept]) if self._kept else np.zeros(0)
        order = np.argsort(-scores, kind="stable")
        truth, scores = truth[order], scores[order]
        last = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1) if len(scores) else np.zeros(0, np.int64)
        thresholds = np.concatenate([[1.0], scores[last], [0.0]])
        tp = np.concatenate([[0], np.cumsum(truth)[last], [self.positives]])
        return thresholds, tp, np.concatenate([[0], np.cumsum(~truth)[last], [self.negatives]])

    def roc(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Thresholds falling, false positive rates, true positive rates."""
        thresholds, tp, fp = self._points()
        return thresholds, _share(fp, self.negatives), _share(tp, self.positives)

    def precision_recall(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Thresholds falling, precisions (1 where nothing is predicted positive), recalls."""
        thresholds, tp, fp = self._points()
        precision = np.where(tp + fp == 0, 1.0, tp / np.maximum(tp + fp, 1))
        return thresholds, precision, _share(tp, self.positives)

    @property
    def auc(self) -> float:
        """Area under the ROC curve by trapezoids; NaN without positives or without negatives."""
        _, fpr, tpr = self.roc()
        return _area(fpr, tpr)

    @property
    def auprc(self) -> float:
        """Area under the precision/recall curve by trapezoids, as in DL4J; NaN without positives."""
        _, precision, recall = self.precision_recall()
        return _area(recall, precision)


def _share(counts: np.ndarray, total: int) -> np.ndarray:
    return counts / total if total else np.full(len(counts), np.nan)


def _area(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.sum(np.diff(x) * (y[1:] + y[:-1])) / 2)
