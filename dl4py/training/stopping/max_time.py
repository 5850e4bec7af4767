"""Stopping after a time."""

from __future__ import annotations

from dl4py.spec import Positive, key
from dl4py.training.stopping.base import StoppingCondition, stopping


@stopping("max_time", java="org.deeplearning4j.earlystopping.termination.MaxTimeIterationTerminationCondition")
class MaxTime(StoppingCondition):
    """Stops after the first step that ends later than ``seconds`` into the training; pauses do not count."""

    seconds: Positive = key("Seconds of training.")

    def after_step(self, score: float, seconds: float) -> bool:
        return seconds > self.seconds
