"""Stopping when the score is good enough."""

from __future__ import annotations

from collections.abc import Sequence

from dl4py.spec import Number, key
from dl4py.training.stopping.base import StoppingCondition, stopping


@stopping("best_score", java="org.deeplearning4j.earlystopping.termination.BestScoreEpochTerminationCondition")
class BestScore(StoppingCondition):
    """Stops after an epoch whose score is better than ``best_expected_score``."""

    best_expected_score: Number = key("The score to reach: below it for losses and errors, above it for the others.")

    def after_epoch(self, epochs: Sequence[int], scores: Sequence[float], minimize: bool) -> bool:
        return scores[-1] < self.best_expected_score if minimize else scores[-1] > self.best_expected_score
