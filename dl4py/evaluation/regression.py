"""Regression: errors, correlation and explained variance of each output, as DL4J prints them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dl4py.evaluation.base import Figures, Judgement, evaluation, plain, rows, same_columns
from dl4py.evaluation.decimals import scientific
from dl4py.spec import Count, key

MOST = 50
"""Columns that are printed one by one; of more only the means."""
CONSTANT = 1e-5
"""Labels whose squared deviations sum up to less have no relative error, as in DL4J."""


class RegressionEvaluation(Figures):
    """Means, squared deviations and errors of each column, joined batch by batch; NaN where a figure is undefined.

    MSE, MAE, RMSE = sqrt MSE, RSE = sum (p - y)^2 / sum (y - mean y)^2, PC = Pearson correlation, R^2 = 1 - RSE.

    Deviations are joined by the pairwise rule, so a large mean costs no digits: Chan, Golub and LeVeque, "Updating
    formulae and a pairwise algorithm for computing sample variances", 1979.
    """

    def __init__(self, labels: Sequence[str] = (), *, precision: int = 5) -> None:
        super().__init__(labels)
        self.precision = precision
        self.count = 0
        self._counts = np.zeros(0)
        self._errors = np.zeros((2, 0))
        self._means = np.zeros((2, 0))
        self._deviations = np.zeros((3, 0))

    def add(self, labels: np.ndarray, outputs: np.ndarray, mask: np.ndarray | None = None) -> None:
        """Counts a batch; a mask of the labels' shape leaves out single values."""
        y, p, single = rows(labels.astype(np.float64), outputs.astype(np.float64), mask)
        same_columns(y.shape[1], p.shape[1])
        keep = np.ones(y.shape) if single is None else (single > 0).astype(np.float64)
        batch = RegressionEvaluation()
        batch.count = len(y)
        batch._counts = counts = keep.sum(axis=0)
        batch._errors = np.array([(np.abs(p - y) * keep).sum(axis=0), ((p - y) ** 2 * keep).sum(axis=0)])
        batch._means = np.array([(v * keep).sum(axis=0) for v in (y, p)]) / np.maximum(counts, 1)
        dy, dp = ((v - mean) * keep for v, mean in zip((y, p), batch._means, strict=True))
        batch._deviations = np.array([(dy * dy).sum(axis=0), (dp * dp).sum(axis=0), (dy * dp).sum(axis=0)])
        self.merge(batch)

    def merge(self, other: RegressionEvaluation) -> None:
        """Adds another evaluation's examples."""
        if not other.columns:
            return
        if not self.columns:
            width = other.columns
            self._counts, self._errors = np.zeros(width), np.zeros((2, width))
            self._means, self._deviations = np.zeros((2, width)), np.zeros((3, width))
        same_columns(other.columns, self.columns)
        a, b = self._counts, other._counts
        total = np.maximum(a + b, 1)
        dy, dp = other._means - self._means
        self._deviations = (
            self._deviations + other._deviations + np.array([dy * dy, dp * dp, dy * dp]) * (a * b / total)
        )
        self._means = self._means + (other._means - self._means) * (b / total)
        self._errors = self._errors + other._errors
        self._counts = a + b
        self.count += other.count

    @property
    def columns(self) -> int:
        """Number of outputs; 0 before the first batch."""
        return len(self._counts)

    @property
    def mae(self) -> np.ndarray:
        """Mean absolute error of each column."""
        return self._per_value(self._errors[0])

    @property
    def mse(self) -> np.ndarray:
        """Mean squared error of each column."""
        return self._per_value(self._errors[1])

    @property
    def rmse(self) -> np.ndarray:
        """Root of the mean squared error of each column."""
        return np.sqrt(self.mse)

    @property
    def rse(self) -> np.ndarray:
        """Squared error relative to the variance of the labels; infinite for constant labels."""
        spread = self._deviations[0]
        constant = spread <= CONSTANT
        return np.where(constant, np.inf, self._errors[1] / np.where(constant, 1.0, spread))

    @property
    def correlation(self) -> np.ndarray:
        """Pearson correlation of each column; NaN where labels or outputs are constant."""
        yy, pp, yp = self._deviations
        below = np.sqrt(yy) * np.sqrt(pp)
        return np.where(below == 0, np.nan, yp / np.where(below == 0, 1.0, below))

    @property
    def r_squared(self) -> np.ndarray:
        """Share of the variance that is explained."""
        return 1.0 - self.rse

    def _per_value(self, sums: np.ndarray) -> np.ndarray:
        return np.where(self._counts == 0, np.nan, sums / np.maximum(self._counts, 1))

    def _figures(self) -> dict[str, np.ndarray]:
        figures = {"mse": self.mse, "mae": self.mae, "rmse": self.rmse, "rse": self.rse}
        return figures | {"pc": self.correlation, "r2": self.r_squared}

    def name(self, column: int) -> str:
        return self.labels[column] if column < len(self.labels) else f"col_{column}"

    def as_dict(self) -> dict[str, Any]:
        """Means over columns, then all figures by column."""
        figures = self._figures()
        means = {key: plain(np.mean(values)) for key, values in figures.items()} if self.columns else {}
        by_column = {
            self.name(i): {key: plain(values[i]) for key, values in figures.items()} for i in range(self.columns)
        }
        return {"examples": self.count, **means, "columns": by_column}

    def stats(self) -> str:
        if not self.columns:
            return "RegressionEvaluation: No Data"
        figures = self._figures()
        names = [self.name(i) for i in range(self.columns)]
        if self.columns > MOST:
            names = [f"mean of {self.columns} columns"]
            figures = {key: np.mean(values, keepdims=True) for key, values in figures.items()}
        first, width = max(map(len, names)) + 5, self.precision + 10
        heads = "".join(f"{head:<{width}}" for head in ("MSE", "MAE", "RMSE", "RSE", "PC", "R^2"))
        lines = [f"{'Column':<{first}}{heads}"]
        for i, name in enumerate(names):
            cells = (scientific(values[i], self.precision) for values in figures.values())
            lines.append(f"{name:<{first}}" + "".join(f"{cell:<{width}}" for cell in cells))
        return "\n".join([*lines, ""])


@evaluation("regression", java="org.nd4j.evaluation.regression.RegressionEvaluation")
class Regression(Judgement):
    """Mean squared and absolute error, relative error, correlation and explained variance of each output."""

    precision: Count = key("Digits behind the point in the printed table.", default=5)

    def begin(self, labels: Sequence[str] = ()) -> RegressionEvaluation:
        return RegressionEvaluation(labels, precision=self.precision)
