"""Rows as sequences of equal steps."""

import numpy as np
import pytest

from dl4py.layers.repeat_vector import RepeatVector
from dl4py.shapes import FeedForward, Recurrent
from tests.contract import generator
from tests.sequences import check_network

X = generator(1).normal(size=(3, 4))


@pytest.mark.parametrize("format", ["ncw", "nwc"])
def test_contract(format):
    layers = [
        {"type": "dense", "n_out": 5, "activation": "tanh"},
        {"type": "repeat_vector", "n": 3, "data_format": format, "activation": "tanh"},
        {"type": "lstm", "n_out": 2},
        {"type": "rnn_output", "n_out": 2},
    ]
    net = check_network(layers, 4, X)
    found = net.activations(X)
    steps = found["layer1"] if format == "nwc" else found["layer1"].transpose(0, 2, 1)
    assert all(np.array_equal(steps[:, t], found["layer0"]) for t in range(3))


def test_shape():
    assert RepeatVector(n=3).given(FeedForward(5)).output_shape(FeedForward(5)) == Recurrent(5, 3)
