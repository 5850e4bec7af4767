"""Parameter averaging."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.iterator import BatchIterator
from dl4py.errors import ClusterError, TrainingError
from dl4py.network.network import Network
from dl4py.spark.masters.base import TrainingMaster, training_master
from dl4py.spark.worker import Outcome, train_part
from dl4py.spec import Flag, Size, key
from dl4py.training.loop import Listener


@training_master("parameter_averaging", java="org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster")
class ParameterAveraging(TrainingMaster):
    """Workers train apart; every few batches the mean of their parameters replaces them all.

    ``w = (w_1 + ... + w_n) / n`` over the workers that had examples, updater state likewise. With one worker this is
    training alone, bit for bit.
    McDonald, Hall and Mann, "Distributed Training Strategies for the Structured Perceptron",
    2010, https://aclanthology.org/N10-1069.
    """

    workers: Size | None = key("Number of workers; Spark's default parallelism when absent.", default=None)
    batch_size_per_worker: Size | None = key(
        "Examples of a step of a worker; the training section's when absent.", default=None
    )
    averaging_frequency: Size = key("Steps of a worker between two averagings.", default=5)
    aggregation_depth: Size = key("Depth of the tree that adds up the parameters.", default=2)
    save_updater: Flag = key(
        "Average the updater state as well; otherwise each round starts from fresh state.", default=True
    )

    def examples_per_batch(self, batch_size: int) -> int:
        return self.batch_size_per_worker or batch_size

    def fit(
        self, spark: Any, network: Network, batches: BatchIterator, epochs: int, listeners: Sequence[Listener]
    ) -> float:
        context = spark.sparkContext
        workers = self.workers or context.defaultParallelism
        score = math.nan
        for listener in listeners:
            listener.started(network, -(-len(batches) // (workers * self.averaging_frequency)), epochs)  # rounds
        while network.epoch < epochs:
            for hands in rounds(batches.epoch(network.epoch), workers, self.averaging_frequency):
                score = self._round(context, network, hands)
                for listener in listeners:
                    listener.iteration(network, score, sum(batch.size for hand in hands for batch in hand))
            network.end_epoch()
            for listener in listeners:
                listener.epoch(network)
        for listener in listeners:
            listener.ended(network)
        return score

    def _round(self, context: Any, network: Network, hands: list[list[Batch]]) -> float:
        """One averaging: parameters out, batches trained, means back."""
        state = network.updater_state if self.save_updater else network.parameters.first_state()
        start = context.broadcast(
            (network.config, network.params.copy(), np.array(state), network.iteration, network.epoch)
        )
        parts = context.parallelize(hands, len(hands))
        outcome: Outcome = parts.map(lambda hand: train_part(start.value, hand)).treeReduce(
            Outcome.plus, depth=self.aggregation_depth
        )
        start.destroy()
        given = sum(batch.size for hand in hands for batch in hand)
        if outcome.examples != given:
            raise ClusterError(f"{given} examples were handed out, {outcome.examples} were trained")
        score = outcome.score / outcome.workers
        if not math.isfinite(score):
            raise TrainingError(
                f"the score is {score} after iteration {network.iteration} of epoch {network.epoch}",
                hint="lower the learning rate, or normalize the data",
            )
        network.params[:] = outcome.params / outcome.workers if outcome.workers > 1 else outcome.params
        network.updater_state[:] = outcome.state / outcome.workers if outcome.workers > 1 else outcome.state
        network.iteration += max(len(hand) for hand in hands)
        return score


def rounds(batches: Iterator[Batch], workers: int, frequency: int) -> Iterator[list[list[Batch]]]:
    """Batches dealt out: worker i gets every workers-th batch, `frequency` of them a round; nobody gets an
    empty hand.
    """
    hands: list[list[Batch]] = [[] for _ in range(workers)]
    for i, batch in enumerate(batches):
        hands[i % workers].append(batch)
        if i % (workers * frequency) == workers * frequency - 1:
            yield hands
            hands = [[] for _ in range(workers)]
    if hands[0]:
        yield [hand for hand in hands if hand]
