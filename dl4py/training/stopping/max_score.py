"""Stopping when the training score runs away."""

from __future__ import annotations

from dl4py.spec import Number, key
from dl4py.training.stopping.base import StoppingCondition, stopping


@stopping("max_score", java="org.deeplearning4j.earlystopping.termination.MaxScoreIterationTerminationCondition")
class MaxScore(StoppingCondition):
    """Stops after a step whose training score is above ``max_score``."""

    max_score: Number = key("The largest score to go on with.")

    def after_step(self, score: float, seconds: float) -> bool:
        return score > self.max_score
