"""Parameter averaging."""

from __future__ import annotations

from dl4py.spark.masters.base import training_master
from dl4py.spark.synchronous import Synchronous
from dl4py.spark.worker import Training, WeightBy
from dl4py.spec import Flag, Size, key


@training_master("parameter_averaging", java="org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster")
class ParameterAveraging(Synchronous):
    """Workers train apart; every few batches the mean of their parameters replaces them all.

    ``w = sum_i a_i w_i / sum_i a_i`` over the workers that had examples, updater state likewise; ``a_i`` is 1, as in
    DL4J, or the number of examples. With one worker this is training alone, bit for bit.
    McDonald, Hall and Mann, "Distributed Training Strategies for the Structured Perceptron",
    2010, https://aclanthology.org/N10-1069.
    """

    averaging_frequency: Size = key("Steps of a worker between two averagings.", default=5)
    save_updater: Flag = key(
        "Average the updater state as well; otherwise each round starts from fresh state.", default=True
    )
    weight: WeightBy = key("What a worker counts in the mean: the same, or by its `examples`.", default="workers")

    def batches_per_round(self, batches: int, workers: int) -> int:
        return self.averaging_frequency

    def training(self) -> Training:
        return Training(
            self.weight, self.save_updater, self.worker_prefetch_num_batches, self.collect_training_stats,
            self.training_hooks,
        )  # fmt: skip
