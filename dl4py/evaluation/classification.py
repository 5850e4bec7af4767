"""Classification: confusion matrix, accuracy, precision, recall, F1, as DL4J counts and prints them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dl4py.errors import ShapeError
from dl4py.evaluation.base import Figures, Judgement, evaluation, plain, refuse_columns, rows, same_columns
from dl4py.evaluation.confusion import Counts
from dl4py.evaluation.report import report
from dl4py.spec import Count, Fraction, Size, key


class Evaluation(Figures):
    """Counts of actual against predicted classes, the largest output of a row (the first of equal ones).

    Accuracy = trace / total. Averages are over the classes whose figure is not 0/0; with two classes the figures are
    those of the `positive` one, unless it is None.
    """

    def __init__(
        self,
        labels: Sequence[str] = (),
        *,
        top_n: int = 1,
        positive: int | None = 1,
        threshold: float | None = None,
    ) -> None:
        super().__init__(labels)
        self.top_n, self.positive, self.threshold = top_n, positive, threshold
        self.confusion = np.zeros((0, 0), np.int64)
        self.top_correct = 0

    def add(self, labels: np.ndarray, outputs: np.ndarray, mask: np.ndarray | None = None) -> None:
        """Counts a batch of one-hot labels or class numbers.

        A single output column is the probability of class 1 of two, predicted above the threshold (0.5).
        """
        y, p, rest = rows(labels, outputs, mask)
        refuse_columns(rest)
        classes = max(p.shape[1], 2)
        if y.shape[1] not in (1, p.shape[1]):
            raise ShapeError(f"labels of {y.shape[1]} columns do not belong to {p.shape[1]} outputs")
        if not self.classes:
            self.confusion = np.zeros((classes, classes), np.int64)
        same_columns(classes, self.classes)
        actual = self._actual(y, p.shape[1])
        np.add.at(self.confusion, (actual, self._predicted(p)), 1)
        if self.top_n > 1 and p.shape[1] > 1:
            own = p[np.arange(len(p)), actual][:, None]
            self.top_correct += int(((p > own).sum(axis=1) < self.top_n).sum())

    def _actual(self, y: np.ndarray, columns: int) -> np.ndarray:
        if columns == 1:
            return (y[:, 0] >= 0.5).astype(np.int64)
        if y.shape[1] > 1:
            return y.argmax(axis=1)
        numbers = y[:, 0].astype(np.int64)
        foreign = numbers[(numbers < 0) | (numbers >= columns)]
        if len(foreign):
            raise ShapeError(f"the class number {foreign[0]} does not belong to {columns} outputs")
        return numbers

    def _predicted(self, p: np.ndarray) -> np.ndarray:
        if p.shape[1] == 1 or self.threshold is not None:
            if p.shape[1] > 2:
                raise ShapeError(f"a threshold decides between two classes, not {p.shape[1]}")
            return (p[:, -1] > (0.5 if self.threshold is None else self.threshold)).astype(np.int64)
        return p.argmax(axis=1)

    def merge(self, other: Evaluation) -> None:
        """Adds another evaluation's counts."""
        if not self.classes:
            self.confusion = other.confusion.copy()
        elif other.classes:
            same_columns(other.classes, self.classes)
            self.confusion += other.confusion
        self.top_correct += other.top_correct

    @property
    def classes(self) -> int:
        """Number of classes; 0 before the first batch."""
        return len(self.confusion)

    @property
    def total(self) -> int:
        """Number of rows."""
        return int(self.confusion.sum())

    @property
    def counts(self) -> Counts:
        """Figures of each class."""
        return Counts(self.confusion)

    @property
    def accuracy(self) -> float:
        """Share of rows whose class was predicted."""
        return float(np.trace(self.confusion) / self.total) if self.total else 0.0

    @property
    def top_n_accuracy(self) -> float:
        """Share of rows whose class has fewer than `top_n` larger outputs."""
        if self.top_n == 1:
            return self.accuracy
        return self.top_correct / self.total if self.total else 0.0

    @property
    def precision(self) -> float:
        """TP / (TP + FP)."""
        return self.average(self.counts.precision)

    @property
    def recall(self) -> float:
        """TP / (TP + FN)."""
        return self.average(self.counts.recall)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; over several classes the mean of theirs."""
        return self.f_beta(1.0)

    def f_beta(self, beta: float) -> float:
        """``(1 + beta^2) P R / (beta^2 P + R)``: recall counts `beta` times as much as precision."""
        return self.average(self.counts.f_beta(beta))

    @property
    def g_measure(self) -> float:
        """``sqrt(P R)``."""
        return self.average(self.counts.g_measure)

    @property
    def mcc(self) -> float:
        """Matthews correlation of each class against the rest; 0 where it is undefined."""
        return self.average(np.nan_to_num(self.counts.mcc))

    @property
    def false_positive_rate(self) -> float:
        """FP / (FP + TN); 0/0 counts as 0."""
        return self.average(np.nan_to_num(self.counts.false_positive_rate))

    @property
    def false_negative_rate(self) -> float:
        """FN / (FN + TP); 0/0 counts as 0."""
        return self.average(np.nan_to_num(self.counts.false_negative_rate))

    @property
    def false_alarm_rate(self) -> float:
        """Mean of false positive and false negative rate."""
        return (self.false_positive_rate + self.false_negative_rate) / 2

    @property
    def reported_class(self) -> int | None:
        """The class whose figures stand for all: the positive one of two."""
        return self.positive if self.classes == 2 else None

    def average(self, of_class: np.ndarray) -> float:
        """The reported class's figure, or the mean over classes; 0 where none is defined."""
        if self.reported_class is not None:
            of_class = of_class[[self.reported_class]]
        known = of_class[~np.isnan(of_class)]
        return float(known.mean()) if len(known) else 0.0

    def as_dict(self) -> dict[str, Any]:
        figures: dict[str, Any] = {"examples": self.total, "accuracy": self.accuracy, "precision": self.precision}
        figures |= {"recall": self.recall, "f1": self.f1, "mcc": self.mcc, "g_measure": self.g_measure}
        if self.top_n > 1:
            figures[f"top_{self.top_n}_accuracy"] = self.top_n_accuracy
        names = [self.name(i) for i in range(self.classes)]
        counts = {"precision": self.counts.precision, "recall": self.counts.recall, "f1": self.counts.f_beta(1.0)}
        by_class = [{k: plain(v[i]) for k, v in counts.items()} for i in range(self.classes)]
        return {**figures, "labels": names, "classes": by_class, "confusion": self.confusion.tolist()}

    def stats(self) -> str:
        return report(self)


@evaluation("classification", java="org.nd4j.evaluation.classification.Evaluation")
class Classification(Judgement):
    """Accuracy, precision, recall, F1 and the confusion matrix."""

    top_n: Size = key("Count a row as right when fewer than this many outputs are larger than its class's.", default=1)
    positive_class: Count | None = key("With two classes: the one reported; none averages both.", default=1)
    threshold: Fraction | None = key("Above it class 1 of two is predicted; none: the larger output.", default=None)

    def begin(self, labels: Sequence[str] = ()) -> Evaluation:
        return Evaluation(labels, top_n=self.top_n, positive=self.positive_class, threshold=self.threshold)
