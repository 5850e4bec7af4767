"""Regression: errors, correlation and explained variance of each output, as DL4J prints them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


class RegressionEvaluation:
    """Sums over examples, from which all figures follow.

    MSE, MAE, RMSE = sqrt MSE, RSE = sum (p - y)^2 / sum (y - mean y)^2, PC = Pearson correlation, R^2 = 1 - RSE.
    """

    def __init__(self, labels: Sequence[str] = ()) -> None:
        self.labels = list(labels)
        self.count = 0
        self.sums = np.zeros((7, 0))
        self.loss = 0.0

    def add(self, labels: np.ndarray, outputs: np.ndarray, mask: np.ndarray | None = None) -> None:
        """Counts a batch of labels and outputs, `[n, columns]`."""
        if mask is not None:
            keep = mask.reshape(-1) > 0
            labels, outputs = labels[keep], outputs[keep]
        y, p = labels.astype(np.float64), outputs.astype(np.float64)
        parts = (np.abs(p - y), (p - y) ** 2, y, p, y * y, p * p, y * p)
        sums = np.array([part.sum(axis=0) for part in parts])
        self.sums = sums if not self.count else self.sums + sums
        self.count += len(y)

    def merge(self, other: RegressionEvaluation) -> None:
        """Adds another evaluation's sums."""
        self.sums = other.sums.copy() if not self.count else self.sums + other.sums if other.count else self.sums
        self.count += other.count

    @property
    def mae(self) -> np.ndarray:
        """Mean absolute error of each column."""
        return self.sums[0] / self.count

    @property
    def mse(self) -> np.ndarray:
        """Mean squared error of each column."""
        return self.sums[1] / self.count

    @property
    def rmse(self) -> np.ndarray:
        """Root of the mean squared error of each column."""
        return np.sqrt(self.mse)

    @property
    def rse(self) -> np.ndarray:
        """Squared error relative to the variance of the labels; infinite for constant labels."""
        spread = self.sums[4] - self.sums[2] ** 2 / self.count
        return np.where(spread <= 1e-5, np.inf, self.sums[1] / np.maximum(spread, 1e-5))

    @property
    def correlation(self) -> np.ndarray:
        """Pearson correlation of each column."""
        _, _, y, p, yy, pp, yp = self.sums
        n = self.count
        below = np.sqrt(np.maximum(n * yy - y * y, 0)) * np.sqrt(np.maximum(n * pp - p * p, 0))
        return np.where(below == 0, 0.0, (n * yp - y * p) / np.where(below == 0, 1.0, below))

    @property
    def r_squared(self) -> np.ndarray:
        """Share of the variance that is explained."""
        return 1.0 - self.rse

    def as_dict(self) -> dict[str, Any]:
        """All figures, for `--json`: means over columns, then by column."""
        figures = {"mse": self.mse, "mae": self.mae, "rmse": self.rmse, "rse": self.rse}
        figures |= {"pc": self.correlation, "r2": self.r_squared}
        means = {name: float(np.mean(values)) for name, values in figures.items()}
        columns = {name: [float(figures[key][i]) for key in figures] for i, name in enumerate(self._names())}
        named = {name: dict(zip(figures, values, strict=True)) for name, values in columns.items()}
        return {"examples": self.count, **means, "columns": named}

    def _names(self) -> list[str]:
        return [self.labels[i] if i < len(self.labels) else f"col_{i}" for i in range(self.sums.shape[1])]

    def stats(self) -> str:
        """DL4J's table."""
        names = self._names()
        first = max(len(name) for name in [*names, "Column"]) + 5
        head = "".join(f"{word:<15}" for word in ("MSE", "MAE", "RMSE", "RSE", "PC", "R^2"))
        lines = [f"{'Column':<{first}}{head}"]
        columns = (self.mse, self.mae, self.rmse, self.rse, self.correlation, self.r_squared)
        for i, name in enumerate(names):
            lines.append(f"{name:<{first}}" + "".join(f"{column[i]:<15.5e}" for column in columns))
        return "\n".join(lines)
