"""A threshold that keeps messages near one size."""

from __future__ import annotations

from dl4py.spark.thresholds.adaptive import DECAY
from dl4py.spark.thresholds.base import ThresholdAlgorithm, threshold_algorithm
from dl4py.spark.thresholds.fixed import PACKAGE
from dl4py.spec import Fraction, Positive, key


@threshold_algorithm("target_sparsity", java=f"{PACKAGE}.TargetSparsityThresholdAlgorithm")
class TargetSparsity(ThresholdAlgorithm):
    """``t_(i+1) = t_i d`` after a message below the target, ``t_i / d`` after one above it."""

    initial_threshold: Positive = key("Threshold of the first message.", default=1e-4)
    sparsity_target: Fraction = key("Share of values in a message.", default=1e-3)
    decay_rate: Fraction = key("Factor d; 0.5^(1/20) halves the threshold in twenty messages.", default=DECAY)

    def first(self) -> float:
        return self.initial_threshold

    def following(self, threshold: float, sparsity: float) -> float:
        if sparsity < self.sparsity_target:
            return threshold * self.decay_rate
        return threshold / self.decay_rate if sparsity > self.sparsity_target else threshold
