"""Stopping when the score no longer improves."""

from __future__ import annotations

from collections.abc import Sequence

from dl4py.spec import NonNegative, Size, key
from dl4py.training.stopping.base import StoppingCondition, stopping


@stopping(
    "score_improvement",
    java="org.deeplearning4j.earlystopping.termination.ScoreImprovementEpochTerminationCondition",
)
class ScoreImprovement(StoppingCondition):
    """Stops after so many epochs in which the score did not improve by more than ``min_improvement`` on the best.

    Prechelt, "Early Stopping - But When?", 1998, https://doi.org/10.1007/3-540-49430-8_3.
    """

    max_epochs_with_no_improvement: Size = key("Epochs to wait for an improvement.")
    min_improvement: NonNegative = key("An improvement is more than this.", default=0.0)

    def after_epoch(self, epochs: Sequence[int], scores: Sequence[float], minimize: bool) -> bool:
        best, found = scores[0], epochs[0]
        for epoch, score in zip(epochs[1:], scores[1:], strict=True):
            if (best - score if minimize else score - best) > self.min_improvement:
                best, found = score, epoch
        return epochs[-1] >= found + self.max_epochs_with_no_improvement
