"""`dl4py.fit`: training from Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dl4py.data.config import Data, DataConfig
from dl4py.data.iterator import BatchIterator
from dl4py.evaluation.judging import as_dataset
from dl4py.network.network import Network
from dl4py.training.config import TrainingConfig
from dl4py.training.loop import Listener, train
from dl4py.training.pretraining import pretrain


def fit(
    network: Network, data: Any, training: TrainingConfig | None = None, listeners: Sequence[Listener] = ()
) -> float:
    """Trains for `training.epochs` more epochs and returns the last score.

    `data` is a data section (its normalizer becomes the network's), a reader, a data set, or arrays `(x, y)`.
    """
    training = training or TrainingConfig()
    seed, shuffle = 12345, True
    if isinstance(data, DataConfig):
        seed, shuffle = data.seed, data.shuffle
        data = data.open()
    if isinstance(data, Data):
        dataset = data.train
        network.normalizer = data.normalizer
    else:
        dataset = as_dataset(data)
    network.labels = list(dataset.class_names) or network.labels
    network.images = dataset.images or network.images
    batches = BatchIterator(dataset, training.batch_size, seed, shuffle, network.normalizer, training.drop_last)
    if network.iteration == 0:
        pretrain(network, batches, training.pretrain_epochs)
    return train(network, batches, network.epoch + training.epochs, listeners)
