"""Classification: confusion matrix, accuracy, precision, recall, F1, as DL4J counts and prints them."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log10, sqrt
from typing import Any

import numpy as np

RULE = "=" * 66


class Evaluation:
    """Counts of actual against predicted classes.

    Accuracy = trace / total; precision(c) = TP / (TP + FP); recall(c) = TP / (TP + FN); F1 = 2 P R / (P + R).
    Averages are over classes whose figure is not 0/0; with two classes the figures are those of class 1.
    """

    def __init__(self, labels: Sequence[str] = (), *, top_n: int = 1) -> None:
        self.labels = list(labels)
        self.top_n = top_n
        self.confusion = np.zeros((0, 0), np.int64)
        self.top_correct = 0
        self.loss = 0.0

    def add(self, labels: np.ndarray, outputs: np.ndarray, mask: np.ndarray | None = None) -> None:
        """Counts a batch: one-hot labels or class numbers `[n, 1]`, and outputs `[n, classes]`.

        A single output column is the probability of class 1 of two.
        """
        if mask is not None:
            keep = mask.reshape(-1) > 0
            labels, outputs = labels[keep], outputs[keep]
        if outputs.shape[1] == 1:
            actual, predicted, classes = labels[:, 0] >= 0.5, outputs[:, 0] >= 0.5, 2
        else:
            classes = outputs.shape[1]
            actual = labels[:, 0] if labels.shape[1] == 1 else labels.argmax(axis=1)
            predicted = outputs.argmax(axis=1)
        if not self.confusion.size:
            self.confusion = np.zeros((classes, classes), np.int64)
        np.add.at(self.confusion, (actual.astype(np.int64), predicted.astype(np.int64)), 1)
        if self.top_n > 1 and outputs.shape[1] > 1:
            own = outputs[np.arange(len(outputs)), actual.astype(np.int64)][:, None]
            self.top_correct += int(((outputs > own).sum(axis=1) < self.top_n).sum())

    def merge(self, other: Evaluation) -> None:
        """Adds another evaluation's counts."""
        if not self.confusion.size:
            self.confusion = other.confusion.copy()
        elif other.confusion.size:
            self.confusion += other.confusion
        self.top_correct += other.top_correct

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.confusion)

    @property
    def total(self) -> int:
        """Number of examples."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of examples whose class was predicted."""
        return float(np.trace(self.confusion) / self.total) if self.total else 0.0

    def precision_of(self, c: int) -> float | None:
        """TP / (TP + FP) of a class; None for 0/0."""
        return _ratio(self.confusion[c, c], self.confusion[:, c].sum())

    def recall_of(self, c: int) -> float | None:
        """TP / (TP + FN) of a class; None for 0/0."""
        return _ratio(self.confusion[c, c], self.confusion[c].sum())

    def f1_of(self, c: int) -> float | None:
        """2 P R / (P + R) of a class; None where precision or recall is 0/0."""
        p, r = self.precision_of(c), self.recall_of(c)
        if p is None or r is None:
            return None
        return 2 * p * r / (p + r) if p + r else 0.0

    @property
    def precision(self) -> float:
        """Precision of class 1 of two, or the mean over classes."""
        return self._figure(self.precision_of)

    @property
    def recall(self) -> float:
        """Recall of class 1 of two, or the mean over classes."""
        return self._figure(self.recall_of)

    @property
    def f1(self) -> float:
        """F1 of class 1 of two, or the mean over classes."""
        return self._figure(self.f1_of)

    @property
    def mcc(self) -> float:
        """Matthews correlation of class 1 of two, or the mean over classes against the rest."""
        return float(np.mean([self._mcc_of(c) for c in ([1] if self.classes == 2 else range(self.classes))]))

    def _mcc_of(self, c: int) -> float:
        tp = float(self.confusion[c, c])
        fp, fn = float(self.confusion[:, c].sum()) - tp, float(self.confusion[c].sum()) - tp
        tn = self.total - tp - fp - fn
        below = sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
        return (tp * tn - fp * fn) / below if below else 0.0

    def _figure(self, of: Any) -> float:
        if self.classes == 2:
            return of(1) or 0.0
        known = [value for value in map(of, range(self.classes)) if value is not None]
        return float(np.mean(known)) if known else 0.0

    def as_dict(self) -> dict[str, Any]:
        """All figures, for `--json`."""
        figures = {"examples": self.total, "accuracy": self.accuracy, "precision": self.precision}
        figures |= {"recall": self.recall, "f1": self.f1, "mcc": self.mcc}
        if self.top_n > 1:
            figures[f"top_{self.top_n}_accuracy"] = self.top_correct / self.total if self.total else 0.0
        names = self.labels or [str(i) for i in range(self.classes)]
        return {**figures, "labels": names, "confusion": self.confusion.tolist()}

    def stats(self) -> str:
        """DL4J's text."""
        if not self.total:
            return "Evaluation: No data available (no evaluation has been performed)"
        lines = ["", "", f"{'Evaluation Metrics':=^66}", f" # of classes:    {self.classes}"]
        lines.append(f" Accuracy:        {self.accuracy:.4f}")
        if self.top_n > 1:
            lines.append(f" Top {self.top_n} Accuracy:  {self.top_correct / self.total:.4f}")
        lines.append(f" Precision:       {self.precision:.4f}{self._excluded(self.precision_of)}")
        lines.append(f" Recall:          {self.recall:.4f}{self._excluded(self.recall_of)}")
        lines.append(f" F1 Score:        {self.f1:.4f}{self._excluded(self.f1_of)}")
        lines.append(self._average())
        lines += self._warnings(self.precision_of, "never predicted by the model", "precision")
        lines += self._warnings(self.recall_of, "not present in the labels", "recall")
        return "\n".join([*lines, "", "", *self._matrix()])

    def _average(self) -> str:
        if self.classes == 2:
            label = self.labels[1] if len(self.labels) > 1 else "1"
            return f'Precision, recall & F1: reported for positive class (class 1 - "{label}") only'
        return f"Precision, recall & F1: macro-averaged (equally weighted avg. of {self.classes} classes)"

    def _excluded(self, of: Any) -> str:
        if self.classes <= 2:
            return ""
        count = sum(of(c) is None for c in range(self.classes))
        return f"\t({count} class{'es' if count > 1 else ''} excluded from average)" if count else ""

    def _warnings(self, of: Any, why: str, figure: str) -> list[str]:
        out = [c for c in range(self.classes) if of(c) is None]
        if not out or self.classes <= 2:
            return []
        several = len(out) > 1
        verb = "were" if several else "was"
        noun = "classes" if several else "class"
        return [
            "",
            f"Warning: {len(out)} {noun} {verb} {why} and {verb} excluded from average {figure}",
            f"Classes excluded from average {figure}: {out}",
        ]

    def _matrix(self) -> list[str]:
        head = f"{'Confusion Matrix':=^66}"
        if self.classes > 20:
            return [head, f" (not shown: {self.classes} classes)", RULE]
        digits = max(1, ceil(log10(max(int(self.confusion.max()), self.classes, 1))))
        cell = digits + 1
        lines = [head, "".join(f"{i:>{cell}}" for i in range(self.classes)), "-" * (cell * self.classes + 1)]
        for i, row in enumerate(self.confusion):
            label = self.labels[i] if i < len(self.labels) else str(i)
            lines.append("".join(f"{n:>{cell}}" for n in row) + f" | {i} = {label}")
        return [*lines, "", "Confusion matrix format: Actual (rowClass) predicted as (columnClass) N times", RULE]


def _ratio(above: Any, below: Any) -> float | None:
    return float(above / below) if below else None
