"""Solvers that search along a line, beside real DL4J: layers whose gradient it lists in an order of its own."""

import numpy as np
import pytest

from dl4py.network import Network, NetworkConfig
from tests.random_networks import random_batch

IMAGES = {"type": "convolutional", "channels": 2, "height": 6, "width": 6}
VOLUMES = {"type": "convolutional_3d", "channels": 2, "depth": 4, "height": 4, "width": 4}
STEPS = {"type": "recurrent", "size": 3, "time": 6}
WINDOW = {"n_out": 3, "activation": "tanh", "kernel_size": 3}
POOL = {"type": "global_pooling", "pooling_type": "avg"}
CASES = {
    "convolution": (IMAGES, [{"type": "convolution", **WINDOW}, {"type": "batch_normalization"}]),
    "convolution3d": (VOLUMES, [{"type": "convolution3d", **WINDOW, "kernel_size": 2}]),
    "deconvolution3d": (VOLUMES, [{"type": "deconvolution3d", **WINDOW, "kernel_size": 2}]),
    "separable_convolution2d": (IMAGES, [{"type": "separable_convolution2d", **WINDOW}]),
    "locally_connected1d": (STEPS, [{"type": "locally_connected1d", **WINDOW}, POOL]),
    "recurrent_attention": (STEPS, [{"type": "recurrent_attention", "n_out": 4, "n_heads": 2, "project_input": True}, POOL]),
    "prelu": (IMAGES, [{"type": "convolution", **WINDOW}, {"type": "prelu"}]),
    "center_loss_output": (4, [{"type": "dense", "n_out": 3}]),
}  # fmt: skip


@pytest.mark.java
@pytest.mark.parametrize("name", CASES)
def test_dl4j_agrees(oracle, name, tmp_path):
    given, layers = CASES[name]
    ending = {"type": "center_loss_output" if name == "center_loss_output" else "output", "n_out": 3}
    keys = {"seed": 5, "compatibility": "dl4j", "optimization_algo": "line_gradient_descent", "input": given}
    rate = {"updater": {"type": "sgd", "learning_rate": 0.1}}
    network = Network(NetworkConfig.model_validate({**keys, "defaults": rate, "layers": [*layers, ending]}))
    example = random_batch(3, network)
    x, y = (arrays[0] for word, arrays in example.arrays() if word in ("x", "y"))
    network.save(tmp_path / "model.zip")
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    words = ["--x", tmp_path / "x.npy", "--y", tmp_path / "y.npy", "--epochs", 3, "--out", tmp_path]
    scores = oracle("fit", tmp_path / "model.zip", *words)["scores"]
    mine = []
    for _ in scores:
        mine.append(network.fit(x, y))
        network.end_epoch()
    np.testing.assert_allclose(mine, scores, rtol=1e-5)
    theirs = np.load(tmp_path / "params.npy").ravel()
    np.testing.assert_allclose(network.params, theirs, atol=1e-5 * np.abs(theirs).max())
