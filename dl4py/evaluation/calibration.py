"""Calibration: whether what is predicted with 70 % comes true in 70 % of the cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dl4py.errors import ShapeError
from dl4py.evaluation.base import Figures, Judgement, evaluation, plain, refuse_columns, rows, same_columns
from dl4py.spec import Size, key


class CalibrationEvaluation(Figures):
    """Probabilities in equal bins, of each class and of the predicted class.

    Reliability of a bin: mean probability against share of positives; Niculescu-Mizil and Caruana, "Predicting good
    probabilities with supervised learning", 2005. Expected calibration error: sum over bins of
    ``|share right - mean confidence| rows / all rows`` of the predicted class; Guo et al., "On calibration of modern
    neural networks", 2017. Residuals ``|label - p|`` and probabilities as histograms, as in DL4J.
    """

    def __init__(self, labels: Sequence[str] = (), *, bins: int = 10, histogram_bins: int = 50) -> None:
        super().__init__(labels)
        self.bins, self.histogram_bins = bins, histogram_bins
        self.confidence = np.zeros((3, bins))
        self._widen(0)

    def _widen(self, classes: int) -> None:
        self.reliability_sums = np.zeros((3, self.bins, classes))
        self.residuals, self.probabilities = (np.zeros((self.histogram_bins, classes), np.int64) for _ in range(2))
        self.residuals_of, self.probabilities_of = (
            np.zeros((self.histogram_bins, classes), np.int64) for _ in range(2)
        )
        self.label_counts, self.prediction_counts = np.zeros(classes, np.int64), np.zeros(classes, np.int64)

    @property
    def classes(self) -> int:
        """Number of classes; 0 before the first batch."""
        return len(self.label_counts)

    def add(self, labels: np.ndarray, outputs: np.ndarray, mask: np.ndarray | None = None) -> None:
        """Counts a batch of one-hot labels and probabilities."""
        y, p, single = rows(labels, outputs, mask)
        refuse_columns(single)
        same_columns(y.shape[1], p.shape[1])
        if not self.classes:
            self._widen(p.shape[1])
        same_columns(p.shape[1], self.classes)
        positive = y > 0.5
        self.reliability_sums += _binned(p, self.bins, (np.ones_like(p), positive, p))
        residual = np.abs(y.astype(p.dtype) - p)
        for values, everywhere, of_class in (
            (residual, self.residuals, self.residuals_of),
            (p, self.probabilities, self.probabilities_of),
        ):
            counts = _binned(values, self.histogram_bins, (np.ones_like(p), positive)).astype(np.int64)
            everywhere += counts[0]
            of_class += counts[1]
        self.label_counts += positive.sum(axis=0)
        self._add_predicted(positive, p)

    def _add_predicted(self, positive: np.ndarray, p: np.ndarray) -> None:
        chosen = p.argmax(axis=1)[:, None]
        np.add.at(self.prediction_counts, chosen[:, 0], 1)
        right, confidence = (np.take_along_axis(a, chosen, axis=1) for a in (positive, p))
        self.confidence += _binned(confidence, self.bins, (np.ones_like(confidence), right, confidence))[:, :, 0]

    def merge(self, other: CalibrationEvaluation) -> None:
        """Adds another evaluation's counts."""
        if (other.bins, other.histogram_bins) != (self.bins, self.histogram_bins):
            raise ShapeError("calibrations of different bins cannot be joined")
        if not other.classes:
            return
        if not self.classes:
            self._widen(other.classes)
        same_columns(other.classes, self.classes)
        for name, value in vars(other).items():
            if isinstance(value, np.ndarray):
                setattr(self, name, getattr(self, name) + value)

    def reliability(self, c: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean probability and share of positives of each bin of a class that is not empty."""
        return _diagram(self.reliability_sums[:, :, c])

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance between confidence and share right, weighted by rows; NaN without data."""
        count, right, confidence = self.confidence
        return float(np.abs(right - confidence).sum() / count.sum()) if count.sum() else float("nan")

    @property
    def maximum_calibration_error(self) -> float:
        """The largest distance of a bin; NaN without data."""
        mean, share = _diagram(self.confidence)
        return float(np.abs(share - mean).max()) if len(mean) else float("nan")

    def as_dict(self) -> dict[str, Any]:
        diagrams = {}
        for i in range(self.classes):
            mean, share = self.reliability(i)
            diagrams[self.name(i)] = {"mean_predicted": mean.tolist(), "share_positive": share.tolist()}
        return {
            "examples": int(self.confidence[0].sum()),
            "expected_calibration_error": plain(self.expected_calibration_error),
            "maximum_calibration_error": plain(self.maximum_calibration_error),
            "reliability": diagrams,
        }

    def stats(self) -> str:
        return f"EvaluationCalibration(nBins={self.bins})"


def _binned(values: np.ndarray, bins: int, summed: Sequence[np.ndarray]) -> np.ndarray:
    """Sums `[what, bins, columns]` over the rows of each bin; edges in the values' own precision, 1 in the last bin."""
    edges = (np.arange(1, bins) * (1.0 / bins)).astype(values.dtype)
    inside = (values >= 0) & (values <= 1)
    bin_of = np.searchsorted(edges, values, side="right")
    out = np.zeros((len(summed), bins, values.shape[1]))
    columns = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    for sums, what in zip(out, summed, strict=True):
        np.add.at(sums, (bin_of[inside], columns[inside]), what[inside])
    return out


def _diagram(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count, positive, total = sums[:, sums[0] > 0]
    return total / count, positive / count


@evaluation("calibration", java="org.nd4j.evaluation.classification.EvaluationCalibration")
class Calibration(Judgement):
    """Reliability diagrams, expected calibration error, histograms of probabilities and residuals."""

    bins: Size = key("Bins of the reliability diagram.", default=10, json="reliabilityDiagNumBins")
    histogram_bins: Size = key("Bins of the histograms.", default=50, json="histogramNumBins")

    def begin(self, labels: Sequence[str] = ()) -> CalibrationEvaluation:
        return CalibrationEvaluation(labels, bins=self.bins, histogram_bins=self.histogram_bins)
