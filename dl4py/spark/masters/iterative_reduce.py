"""Iterative reduce."""

from __future__ import annotations

from dl4py.spark.masters.base import training_master
from dl4py.spark.synchronous import Synchronous
from dl4py.spark.worker import Training, WeightBy
from dl4py.spec import Flag, Size, key


@training_master("iterative_reduce")
class IterativeReduce(Synchronous):
    """Supersteps: every worker trains its whole split, the master takes the mean and gives it back.

    ``w_(s+1) = sum_i a_i train(w_s, split_i) / sum_i a_i``, the protocol of DL4J's older runtime on YARN: one exchange
    for each pass over the data, or some of them.

    Hall, Gilpin and Mann, "MapReduce/Bigtable for Distributed Optimization", 2010; Patterson, "Iterative Reduce",
    2012, https://github.com/jpatanooga/KnittingBoar.
    """

    supersteps: Size = key("Supersteps in an epoch.", default=1)
    save_updater: Flag = key(
        "Average the updater state as well; otherwise each superstep starts from fresh state.", default=True
    )
    weight: WeightBy = key("What a worker counts in the mean: the same, or by its `examples`.", default="examples")

    def batches_per_round(self, batches: int, workers: int) -> int:
        return max(1, -(-batches // (workers * self.supersteps)))

    def training(self) -> Training:
        return Training(
            self.weight, self.save_updater, self.worker_prefetch_num_batches, self.collect_training_stats,
            self.training_hooks,
        )  # fmt: skip
