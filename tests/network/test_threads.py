"""Whole networks, large enough that threads share their calls: the same bits again, one thread and two agree."""

import numpy as np
import pytest

from dl4py import Network, NetworkConfig
from dl4py.plan import threads
from tests.contract import generator

DENSE = {"input": 300, "layers": [{"type": "dense", "n_out": 400}, {"type": "output", "n_out": 10}]}
IMAGES = {
    "input": {"type": "convolutional", "channels": 8, "height": 20, "width": 20},
    "layers": [
        {"type": "convolution", "n_out": 32, "kernel_size": 3, "convolution_mode": "same"},
        {"type": "batch_normalization"},
        {"type": "subsampling", "kernel_size": 2, "stride": 2},
        {"type": "convolution", "n_out": 32, "kernel_size": 3, "convolution_mode": "same"},
        {"type": "output", "n_out": 10},
    ],
}
SEQUENCES = {
    "input": {"type": "recurrent", "size": 40},
    "layers": [{"type": "lstm", "n_out": 128}, {"type": "rnn_output", "n_out": 10}],
}
NETWORKS = {
    "dense": (DENSE, (300,), ()),
    "images": (IMAGES, (8, 20, 20), ()),
    "sequences": (SEQUENCES, (40, 20), (20,)),
}
STEPS = 3


def trained(name, count, mode="enabled"):
    """Parameters after some steps with that many threads."""
    config, features, steps = NETWORKS[name]
    keys = {"defaults": {"activation": "tanh", "updater": {"type": "nesterovs", "learning_rate": 0.002}}}
    net = Network(NetworkConfig.model_validate(config | keys | {"training_workspace_mode": mode}))
    g = generator(3)
    x = g.normal(size=(64, *features)).astype("f")
    y = np.moveaxis(np.eye(10, dtype="f")[g.integers(0, 10, (64, *steps))], -1, 1)
    with threads.limited(count):
        scores = [net.fit(x, y) for _ in range(STEPS)]
        shared = [call for call in net.plan(64, time=20).steps if len(call) > 1]
    assert scores[-1] < scores[0]
    assert bool(shared) == (count > 1)
    return net.params.copy()


@pytest.mark.parametrize("name", NETWORKS)
def test_threads_and_workspaces(name):
    one, two = trained(name, 1), trained(name, 2)
    assert np.array_equal(one, trained(name, 1))
    assert np.array_equal(two, trained(name, 2))
    assert np.abs(one - two).max() < 1e-6
    assert np.array_equal(two, trained(name, 2, "none"))
