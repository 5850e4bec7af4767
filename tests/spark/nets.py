"""Small networks and data that tests of training masters share."""

import numpy as np

from dl4py.data import BatchIterator, Dataset
from dl4py.network import Network, NetworkConfig
from dl4py.spec.bind import bind
from dl4py.spec.source import Source


def network(text):
    """A network from the text of its section."""
    return Network(bind(Source(None, "network: " + text)).network)


MLP = "{seed: 7, input: 5, defaults: {activation: tanh, updater: %s}, layers: [{type: dense, n_out: 6}, {type: output, n_out: 3, activation: softmax, loss: mcxent}]}"


def classes(n, seed=1, size=5, count=3):
    """Examples of separable classes."""
    random = np.random.default_rng(seed)
    y = random.integers(0, count, n)
    x = random.normal(size=(n, size)) + 2 * np.eye(count, size)[y]
    return x.astype(np.float32), np.eye(count, dtype=np.float32)[y]


def batches(x, y, size, **how):
    """Batches of arrays."""
    return BatchIterator(Dataset.from_arrays(x, y), size, **how)
