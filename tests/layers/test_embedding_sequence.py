"""Embedding of sequences of indices."""

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.layers.embedding_sequence import EmbeddingSequence
from dl4py.shapes import FeedForward, Recurrent
from tests.contract import assert_close, generator
from tests.layers.test_rnn_output import MASK
from tests.sequences import check_network

INDEX = generator(1).integers(0, 6, (3, 5)).astype(float)
EMBEDDING = {"type": "embedding_sequence", "n_in": 6, "n_out": 4, "has_bias": True, "activation": "tanh"}
LAYERS = [EMBEDDING, {"type": "simple_rnn", "n_out": 2}, {"type": "rnn_output", "n_out": 2}]
SEQUENCE = {"type": "recurrent", "size": 1, "time": 5}


@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
@pytest.mark.parametrize("rows", [True, False], ids=["rows", "sequences"])
def test_contract(rows, mask):
    x = INDEX if rows else INDEX[:, None, :]
    net = check_network(LAYERS, SEQUENCE, x, mask=mask)
    W, b = net.params[:24].reshape((6, 4), order="F"), net.params[24:28]
    truth = np.tanh(W[INDEX.astype(int)] + b).transpose(0, 2, 1)
    assert_close(net.activations(x, mask=mask)["layer0"], truth if mask is None else truth * mask[:, None], 1e-9, 1e-12)


def test_rows_as_input():
    check_network(LAYERS, 5, INDEX)


def test_channels_last():
    check_network([{**EMBEDDING, "output_format": "nwc"}, *LAYERS[1:]], SEQUENCE, INDEX)


def test_length():
    layer = EmbeddingSequence(name="a", n_in=6, n_out=4)
    assert layer.given(FeedForward(5)).input_length == 5
    assert layer.given(Recurrent(1, 7)).output_shape(Recurrent(1, 7)) == Recurrent(4, 7)
    with pytest.raises(ShapeError) as caught:
        layer.but(infer_input_length=False, input_length=4).given(FeedForward(5))
    assert str(caught.value) == "layer `a` has input_length 4, but its input has 5 steps"
    assert caught.value.hint == "write `input_length: 5`, or `infer_input_length: true`"
    with pytest.raises(ShapeError) as caught:
        layer.given(Recurrent(3, 5))
    assert str(caught.value) == "layer `a` takes sequences of indices, its input is sequences of 3 x 5 steps"
    assert caught.value.hint == "feed it whole numbers: `input: {type: recurrent, size: 1, time: ...}`"
