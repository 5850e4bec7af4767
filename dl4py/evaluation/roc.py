"""ROC and precision/recall curves: of two classes, of each class against the rest, or of each output by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dl4py.evaluation.base import Figures, Judgement, evaluation, plain, refuse_columns, rows, same_columns
from dl4py.evaluation.curve import Curve
from dl4py.evaluation.decimals import fixed
from dl4py.spec import Count, Flag, key


class ROC(Figures):
    """A curve for class 1 of two (one or two columns), or for each column against the rest.

    `steps` 0 keeps all scores, else they are counted at that many thresholds. With `per_output` each column is a
    question of its own, and a mask may leave out single values.
    """

    def __init__(self, labels: Sequence[str] = (), *, steps: int = 0, per_output: bool = False) -> None:
        super().__init__(labels)
        self.steps, self.per_output = steps, per_output
        self.curves: list[Curve] = []
        self.width = 0

    def add(self, labels: np.ndarray, outputs: np.ndarray, mask: np.ndarray | None = None) -> None:
        y, p, single = rows(labels, outputs, mask)
        same_columns(y.shape[1], p.shape[1])
        if not self.per_output:
            refuse_columns(single)
        self._widen(p.shape[1])
        keep = np.ones(y.shape, bool) if single is None else single > 0
        if not self.per_output and self.width <= 2:
            y, p, keep = y[:, -1:], p[:, -1:], keep[:, -1:]
        for c, curve in enumerate(self.curves):
            chosen = keep[:, c]
            curve.add(y[chosen, c] > 0.5, p[chosen, c])

    def merge(self, other: ROC) -> None:
        """Adds another's scores."""
        if other.curves:
            self._widen(other.width)
            for own, more in zip(self.curves, other.curves, strict=True):
                own.merge(more)

    def _widen(self, columns: int) -> None:
        if not self.curves:
            self.width = columns
            self.curves = [Curve(self.steps) for _ in range(columns if self.per_output or columns > 2 else 1)]
        same_columns(columns, self.width)

    @property
    def auc(self) -> float:
        """Area under the ROC curve, the mean over curves."""
        return float(np.mean([curve.auc for curve in self.curves])) if self.curves else float("nan")

    @property
    def auprc(self) -> float:
        """Area under the precision/recall curve, the mean over curves."""
        return float(np.mean([curve.auprc for curve in self.curves])) if self.curves else float("nan")

    def as_dict(self) -> dict[str, Any]:
        by_column = {
            self.name(i): {
                "auc": plain(curve.auc),
                "auprc": plain(curve.auprc),
                "positives": curve.positives,
                "negatives": curve.negatives,
            }
            for i, curve in enumerate(self._columns())
        }
        return {"auc": plain(self.auc), "auprc": plain(self.auprc)} | ({"columns": by_column} if by_column else {})

    def _columns(self) -> list[Curve]:
        return self.curves if self.per_output or self.width > 2 else []

    def stats(self) -> str:
        note = (
            f"\n[Note: Thresholded AUC/AUPRC calculation used with {self.steps} steps); accuracy may reduced compared "
        )
        return self._table() + (note + "to exact mode]" if self.steps and self.curves else "")

    def _table(self) -> str:
        if not self.curves:
            return "ROC: No data available (no data has been performed)"
        if not self._columns():
            return (
                f"AUC (Area under ROC Curve):                {self.auc}\n"
                f"AUPRC (Area under Precision/Recall Curve): {self.auprc}"
            ).replace("nan", "NaN")
        first = max(15, *(len(self.name(i)) for i in range(self.width))) + 5
        figures = ("AUC", "AUPRC") if self.per_output else ("AUC",)
        heads = "".join(f"{head:<12}" for head in figures)
        lines = [f"{'Label':<{first}}{heads}{'# Pos':<10}{'# Neg':<10}"]
        for i, curve in enumerate(self.curves):
            areas = "".join(f"{fixed(getattr(curve, head.lower()), 4):<12}" for head in figures)
            lines.append(f"{self.name(i):<{first}}{areas}{curve.positives:<10}{curve.negatives:<10}")
        return "\n".join(lines) + ("" if self.per_output else f"Average AUC: {fixed(self.auc, 4):<12}")


@evaluation("roc", java="org.nd4j.evaluation.classification.ROC")
class Roc(Judgement):
    """Areas under the ROC and the precision/recall curve, of class 1 of two or of each class against the rest."""

    steps: Count = key("Thresholds to count at; 0 keeps every score and is exact.", default=0)
    per_output: Flag = key("Judge each output as a yes or no of its own.", default=False)

    def begin(self, labels: Sequence[str] = ()) -> ROC:
        return ROC(labels, steps=self.steps, per_output=self.per_output)
