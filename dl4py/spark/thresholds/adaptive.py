"""A threshold that keeps messages within a range of sizes."""

from __future__ import annotations

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.spark.thresholds.base import ThresholdAlgorithm, threshold_algorithm
from dl4py.spark.thresholds.fixed import PACKAGE
from dl4py.spec import Fraction, Positive, key

DECAY = 0.5 ** (1 / 20)  # DL4J's: twenty messages halve the threshold


@threshold_algorithm("adaptive", java=f"{PACKAGE}.AdaptiveThresholdAlgorithm")
class Adaptive(ThresholdAlgorithm):
    """``t_(i+1) = t_i d`` after a message that held too few values, ``t_i / d`` after one of too many."""

    initial_threshold: Positive = key("Threshold of the first message.", default=1e-4)
    min_target_sparsity: Fraction = key("Least share of values in a message.", default=1e-4)
    max_target_sparsity: Fraction = key("Largest share of values in a message.", default=1e-2)
    decay_rate: Fraction = key("Factor d; 0.5^(1/20) halves the threshold in twenty messages.", default=DECAY)

    @field_validator("max_target_sparsity")
    @classmethod
    def _above(cls, value: float, info: ValidationInfo) -> float:
        if value < info.data.get("min_target_sparsity", 0.0):
            raise PydanticCustomError("sparsities", "`max_target_sparsity` must not be below `min_target_sparsity`")
        return value

    def first(self) -> float:
        return self.initial_threshold

    def following(self, threshold: float, sparsity: float) -> float:
        if sparsity < self.min_target_sparsity:
            return threshold * self.decay_rate
        return threshold / self.decay_rate if sparsity > self.max_target_sparsity else threshold
