"""Masks of sequences and images through convolutions; keys that every layer may inherit."""

import numpy as np
import pytest

from dl4py.layers.convolution import Convolution1D, Convolution2D
from dl4py.layers.deconvolution import Deconvolution2D, inverted
from dl4py.layers.depthwise_convolution import DepthwiseConvolution2D
from dl4py.layers.separable_convolution import SeparableConvolution2D
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import Convolutional, Recurrent
from tests.contract import assert_close, generator
from tests.sequences import Alone, check_alone

STEPS = np.array([[1, 1], [1, 0], [1, 0], [1, 0], [0, 0], [0, 0]], float)  # [time, batch]
PIXELS = np.ones((2, 5, 6, 1))
PIXELS[0, 2:], PIXELS[1, :, 1:] = 0, 0
SEQUENCES, IMAGES = Recurrent(2, 6), Convolutional(2, 5, 6)
X1, X2 = generator(1).normal(size=(6, 2, 2)), generator(2).normal(size=(2, 5, 6, 2))


@pytest.mark.parametrize("mode", ["truncate", "same", "causal"])
def test_masked_steps(mode):
    layer = Convolution1D(n_out=3, kernel_size=2, convolution_mode=mode, activation="tanh")
    alone = check_alone(layer, SEQUENCES, X1, STEPS)
    found = alone.run(X1, mask=STEPS)
    clean = alone.run(X1 * STEPS[:, :, None])["y"]
    seen = STEPS if mode != "truncate" else np.maximum(STEPS[:-1], STEPS[1:])
    assert np.array_equal(found["mask"], seen)
    assert_close(found["y"], clean * seen[:, :, None], 1e-12)


LAYERS = {
    "truncate": (Convolution2D(n_out=3, kernel_size=(2, 3), stride=(1, 2), activation="tanh"), (4, 2)),
    "same": (Convolution2D(n_out=3, kernel_size=3, convolution_mode="same", activation="tanh"), (5, 6)),
    "depthwise": (DepthwiseConvolution2D(kernel_size=2, stride=2, activation="tanh"), (2, 3)),
    "separable": (SeparableConvolution2D(n_out=3, kernel_size=2, stride=2, activation="tanh"), (2, 3)),
    "deconvolution": (Deconvolution2D(n_out=3, kernel_size=2, stride=2, activation="tanh"), (10, 12)),
}


@pytest.mark.parametrize(("layer", "out"), LAYERS.values(), ids=list(LAYERS))
def test_masked_pixels(layer, out):
    alone = check_alone(layer, IMAGES, X2, PIXELS)
    found = alone.run(X2, mask=PIXELS)
    assert found["mask"].shape == (2, *out, 1)
    clean = alone.run(X2 * PIXELS)["y"]
    assert_close(found["y"], clean * found["mask"], 1e-12)
    # a place is covered where nothing of what is left can reach it: its bias alone stays
    nothing = alone.run(np.zeros_like(X2))["y"]
    if layer.convolution_mode != "same":
        reached = np.zeros((2, *out, 1))
        for seed in range(3):
            other = generator(seed + 5).normal(size=X2.shape) * PIXELS
            reached = np.maximum(reached, (alone.run(other)["y"] != nothing).any(axis=-1, keepdims=True))
        assert np.array_equal(found["mask"], reached)
    else:
        assert np.array_equal(found["mask"], PIXELS)


def test_a_mask_may_name_rows_only():
    alone = Alone(LAYERS["truncate"][0], IMAGES)
    rows = np.ones((2, 5, 1, 1))
    rows[1, 3:] = 0
    wide = np.broadcast_to(rows, (2, 5, 6, 1)).copy()
    assert np.array_equal(alone.run(X2, mask=rows)["y"], alone.run(X2, mask=wide)["y"])


def test_a_mask_of_examples_goes_through():
    alone = Alone(LAYERS["truncate"][0], IMAGES)
    mask = np.array([1.0, 0.0]).reshape(2, 1, 1, 1)
    found = alone.run(X2, mask=mask)
    assert np.array_equal(found["mask"], mask)
    assert np.array_equal(found["y"], alone.run(X2)["y"])


def test_dl4j_ignores_masks_but_hands_them_on():
    alone = Alone(Convolution1D(n_out=3, kernel_size=2), SEQUENCES, mode="dl4j")
    found = alone.run(X1, mask=STEPS)
    assert np.array_equal(found["y"], alone.run(X1)["y"])
    assert np.array_equal(found["mask"], np.maximum(STEPS[:-1], STEPS[1:]))


def test_inverted_tables():
    table = np.array([[-1, 0], [0, 1], [1, 2], [2, -1]])
    assert inverted(table, 4).tolist() == [[0, 1], [1, 2], [2, 3], [-1, -1]]


def test_defaults_may_set_the_mode():
    spec = {
        "input": {"type": "convolutional", "channels": 1, "height": 6, "width": 6},
        "defaults": {"convolution_mode": "same"},
        "layers": [
            {"type": "convolution", "n_out": 2, "kernel_size": 3},
            {"type": "convolution", "n_out": 2, "kernel_size": 3, "convolution_mode": "truncate"},
            {"type": "output", "n_out": 2},
        ],
    }
    network = Network(NetworkConfig.model_validate(spec))
    assert [node.shape.array for node in network.graph.nodes] == [(2, 6, 6), (2, 4, 4), (2,)]


def test_a_frozen_convolution_computes_the_same():
    plain = {"type": "convolution", "n_out": 3, "kernel_size": 2, "activation": "tanh"}
    wrapped = {"type": "frozen_with_backprop", "underlying": plain}
    spec = {"input": {"type": "convolutional", "channels": 2, "height": 4, "width": 4}, "data_type": "double"}
    x, y = generator(1).normal(size=(3, 2, 4, 4)), np.eye(2)[[0, 1, 1]]
    networks = [
        Network(NetworkConfig.model_validate({**spec, "layers": [first, plain, {"type": "output", "n_out": 2}]}))
        for first in (plain, wrapped)
    ]
    networks[1].params[:] = networks[0].params
    assert np.array_equal(*[network.output(x) for network in networks])
    gradients = [network.gradient(x, y) for network in networks]
    first = 3 + 3 * 2 * 2 * 2
    assert np.array_equal(gradients[0][first:], gradients[1][first:])
    assert not gradients[1][:first].any()
