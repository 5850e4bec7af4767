"""One threshold for all messages."""

from __future__ import annotations

from dl4py.spark.thresholds.base import ThresholdAlgorithm, threshold_algorithm
from dl4py.spec import Positive, key

PACKAGE = "org.deeplearning4j.optimize.solvers.accumulation.encoding.threshold"


@threshold_algorithm("fixed", java=f"{PACKAGE}.FixedThresholdAlgorithm")
class Fixed(ThresholdAlgorithm):
    """``t_(i+1) = t_i``.

    Strom, "Scalable Distributed DNN Training Using Commodity GPU Cloud Computing", 2015,
    https://www.isca-archive.org/interspeech_2015/strom15_interspeech.html.
    """

    threshold: Positive = key("Changes of this size are sent.", default=1e-4)

    def first(self) -> float:
        return self.threshold

    def following(self, threshold: float, sparsity: float) -> float:
        return threshold
