"""The first step of a run, looked at before anything is written."""

from __future__ import annotations

import numpy as np

from dl4py.data.config import Data
from dl4py.errors import InvalidValue
from dl4py.network.config import NetworkConfig
from dl4py.network.graph import build
from dl4py.network.parameters import lay_out
from dl4py.network.plans import Batch, Plans
from dl4py.network.pretraining import reconstructing
from dl4py.network.truncated import first_segment
from dl4py.training.config import TrainingConfig


def rehearse(config: NetworkConfig, data: Data, training: TrainingConfig) -> None:
    """Raises, at its place in the spec, what keeps the first batch from being learned; nothing is computed."""
    graph = build(config)
    if training.pretrain_epochs and not reconstructing(graph):
        raise InvalidValue(
            "there is no layer to pretrain",
            at=training.mark("pretrain_epochs"),
            hint="`auto_encoder` and `variational_autoencoder` can be pretrained",
        )
    memory: dict[str, np.ndarray] = {"arena": np.zeros(0, np.uint8), "clock": np.zeros(2)}
    first = data.train.batch(slice(0, training.batch_size))
    batch: Batch = (list(first.features), list(first.labels), first.feature_masks, first.label_masks)
    mode = "fit"
    if config.backprop_type != "standard" and any(array.ndim == 3 for array in first.features):
        mode, batch = "segments:fit", first_segment(graph, batch)
    Plans(graph, lay_out(graph), memory).quirks(mode, batch)
