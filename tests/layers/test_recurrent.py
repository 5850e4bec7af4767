"""What recurrent layers share: shapes, formats, state between runs."""

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.layers.lstm import Lstm
from dl4py.layers.recurrent import rows_of, step
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import FeedForward, Recurrent
from tests.contract import generator, run
from tests.sequences import check_network


def test_the_format_of_the_input_goes_on():
    layer = Lstm(n_out=3).given(Recurrent(4, 5, "NWC"))
    assert (layer.n_in, layer.rnn_data_format) == (4, "nwc")
    assert layer.output_shape(Recurrent(4, 5, "NWC")) == Recurrent(3, 5, "NWC")
    assert layer.expected() == Recurrent(4, None, "NWC")
    assert Lstm(n_out=3).expected() is None


def test_steps_and_rows():
    x = generator(1).normal(size=(4, 3, 2))
    mask = generator(2).normal(size=(4, 3))
    second, rows, _ = run(lambda e, xs: [step(xs, 1), rows_of(xs)], x)
    assert np.array_equal(second, x[1])
    assert np.array_equal(rows, x.reshape(12, 2))
    second, rows, _ = run(lambda e, ms: [step(ms, 1), rows_of(ms)], mask)
    assert np.array_equal(second, mask[1][:, None])
    assert np.array_equal(rows, mask.reshape(12, 1))


def test_wrong_inputs():
    with pytest.raises(ShapeError) as caught:
        Lstm(name="a", n_out=3).given(FeedForward(4))
    assert str(caught.value) == "layer `a` (lstm) takes sequences, its input is rows of 4"
    assert caught.value.hint == "feed it sequences: `input: {type: recurrent, size: ..., time: ...}`"
    with pytest.raises(ShapeError) as caught:
        Lstm(name="a", n_in=5, n_out=3).given(Recurrent(4, 5))
    assert str(caught.value) == "layer `a` has n_in 5, but the steps of its input have 4 values"
    assert caught.value.hint == "write `n_in: 4`, or leave it out"


def test_rows_between_sequences():
    """A dense layer between recurrent ones works on every step."""
    layers = [
        {"type": "lstm", "n_out": 3, "activation": "tanh"},
        {"type": "dense", "n_out": 2, "activation": "tanh"},
        {"type": "simple_rnn", "n_out": 3, "activation": "tanh"},
        {"type": "rnn_output", "n_out": 2},
    ]
    mask = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0]], float)
    net = check_network(
        layers, {"type": "recurrent", "size": 4, "time": 3}, generator(1).normal(size=(3, 4, 3)), mask=mask
    )
    assert [node.preprocessor and node.preprocessor.type for node in net.graph.nodes] == [
        None, "rnn_to_feed_forward", "feed_forward_to_rnn", None,
    ]  # fmt: skip


def test_state_from_run_to_run():
    """A sequence fed in two parts gives what the whole gives."""
    layers = [
        {"type": "graves_lstm", "n_out": 3},
        {"type": "simple_rnn", "n_out": 3},
        {"type": "rnn_output", "n_out": 2},
    ]
    spec = {"seed": 1, "input": {"type": "recurrent", "size": 4}, "layers": layers, "data_type": "double"}
    net = Network(NetworkConfig.model_validate(spec))
    x = generator(1).normal(size=(3, 4, 6))
    whole = net.output(x)
    parts = [net.rnn_time_step(x[:, :, :2]), net.rnn_time_step(x[:, :, 2:])]
    assert np.allclose(np.concatenate(parts, axis=2), whole, 1e-12)
