import numpy as np

from dl4py.data import BatchIterator, Dataset
from dl4py.network import Network, NetworkConfig
from dl4py.training.loop import train

X = np.random.default_rng(1).normal(size=(8, 3)).astype("f")
Y = np.eye(2, dtype="f")[np.arange(8) % 2]
MASK = (np.arange(8) < 5).astype("f")[:, None]


def network():
    layers = [{"type": "output", "n_out": 2}]
    return Network(NetworkConfig.model_validate({"input": 3, "seed": 1, "layers": layers}))


def test_masks_of_the_labels_reach_the_network():
    looped, stepped, unmasked = network(), network(), network()
    data = Dataset((X,), (Y,), label_masks=(MASK,))
    train(looped, BatchIterator(data, 8, shuffle=False), 1, [])
    stepped.fit(X, Y, label_mask=MASK)
    unmasked.fit(X, Y)
    assert np.array_equal(looped.params, stepped.params)
    assert not np.array_equal(looped.params, unmasked.params)
