"""Gradient sharing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.errors import ClusterError
from dl4py.spark.masters.base import training_master
from dl4py.spark.sources import Source
from dl4py.spark.stats import Stats
from dl4py.spark.synchronous import Distributed
from dl4py.spark.thresholds import ThresholdAlgorithm
from dl4py.spec import Count, Flag, Positive, Size, Thing, key

if TYPE_CHECKING:
    from dl4py.spark.sharing import Sharing


class ResidualClipping(Thing):
    """``r = min(max(r, -m t), m t)`` every so many messages: what was held back too long is forgotten."""

    threshold_multiple: Positive = key("Multiple m of the threshold.", default=5.0)
    frequency: Size = key("Messages between two clippings.", default=5)


@training_master("gradient_sharing", java="org.deeplearning4j.spark.parameterserver.training.SharedTrainingMaster")
class GradientSharing(Distributed):
    """Each worker sends what a step would change, as far as it exceeds a threshold; everyone applies everything.

    ``r = r + u``, send ``s_j = t sign(r_j)`` where ``|r_j| >= t``, ``r = r - s``; ``w = w - sum of all s``. Updater
    state stays with its worker. Messages have DL4J's layouts. At the end of a round, when everyone has applied
    everything, all workers have the same parameters, to the bit.

    Strom, "Scalable Distributed DNN Training Using Commodity GPU Cloud Computing", 2015,
    https://www.isca-archive.org/interspeech_2015/strom15_interspeech.html; softsync and scaling by staleness: Zhang,
    Gupta, Lian and Liu, "Staleness-aware Async-SGD for Distributed Deep Learning", 2016,
    https://arxiv.org/abs/1511.05950.
    """

    worker_prefetch_num_batches: Count = key("Rounds that the driver hands out ahead.", default=2)
    transport: Literal["direct", "spark"] = key("`direct` alone can carry messages between workers.", default="direct")
    threshold_algorithm: ThresholdAlgorithm = key("How the threshold changes.", default="adaptive")
    residual_post_processor: ResidualClipping | None = key(
        "Clipping of what is held back; none with `null`.", default=ResidualClipping()
    )
    mode: Literal["asynchronous", "synchronous", "softsync"] = key(
        "`asynchronous`: messages are applied as they come, as in DL4J. `synchronous`: every step waits for the "
        "messages of all. `softsync`: the mean of so many messages is applied as soon as they are there.",
        default="asynchronous",
    )
    softsync: Size = key("n of n-softsync: an update is the mean of workers / n messages.", default=1)
    scale_by_staleness: Flag = key(
        "Divide a change by 1 + the number of updates that came while it was computed: of messages, or of groups of "
        "them in mode `softsync`.",
        default=False,
    )
    batches_in_round: Size = key("Steps of a worker between two reports.", default=100)

    @field_validator("scale_by_staleness")
    @classmethod
    def _nothing_is_stale(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("mode") == "synchronous":
            raise PydanticCustomError("staleness", "in mode `synchronous` nothing is stale")
        return value

    def batches_per_round(self, batches: int, workers: int) -> int:
        return self.batches_in_round

    def travels(self, context: Any, source: Source, workers: int, stats: Stats) -> Any:
        if self.transport == "spark":
            raise ClusterError(
                "gradient sharing has no transport `spark`: workers send messages to each other while they train",
                at=self.mark("transport"),
                hint="`transport: direct`, or the master `parameter_averaging`",
            )
        return self.direct(context, source, self.program(workers), workers)

    def simulated(self, source: Source, workers: int, pace: Any) -> Any:
        from dl4py.spark.transports.simulated_sharing import SimulatedSharing

        return SimulatedSharing(source, self.program(workers), workers, pace)

    def program(self, workers: int) -> Sharing:
        """What so many workers do."""
        from dl4py.spark.sharing import Sharing

        if self.training_hooks:
            raise ClusterError("gradient sharing has no training hooks", at=self.mark("training_hooks"))
        clip = self.residual_post_processor
        return Sharing(
            self.threshold_algorithm, clip.threshold_multiple if clip else None, clip.frequency if clip else 1,
            self.mode, self.scale_by_staleness, self.softsync, self.worker_prefetch_num_batches,
        )  # fmt: skip
