"""The score of every example."""

from __future__ import annotations

import numpy as np

from dl4py.data.batch import Batch
from dl4py.evaluation.judging import normalized
from dl4py.network.network import Network


def scores_of(network: Network, batch: Batch, penalties: bool = True) -> np.ndarray:
    """``s_i``, the score of each example of a batch that is not yet normalized, `[n]` in double precision.

    It is that of a batch of this example alone at inference: the losses of all outputs and, with `penalties`, what
    regularization adds; DL4J's `scoreExamples`. What a label mask covers counts nothing.
    """
    fed = normalized(network, batch)
    found = np.empty(batch.size)
    for i in range(batch.size):
        one = fed.rows(slice(i, i + 1))
        x, y = list(one.features), list(one.labels)
        found[i] = network.score(x, y, list(one.feature_masks) or None, list(one.label_masks) or None, training=False)
        if not penalties:
            found[i] -= network._memory["score"][1]  # the part of it that regularization is
    return found
