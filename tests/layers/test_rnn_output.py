"""Output layer of sequences."""

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.layers.rnn_output import RnnOutput
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import Convolutional3D, Recurrent
from tests.contract import assert_close, generator
from tests.sequences import check_network

X = generator(1).normal(size=(3, 4, 5))
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0]], float)
GIVEN = {"type": "recurrent", "size": 4, "time": 5}
LSTM = {"type": "lstm", "n_out": 3, "activation": "tanh"}
LAYERS = [LSTM, {"type": "rnn_output", "n_out": 2}]


@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
@pytest.mark.parametrize("label_mask", [None, MASK[::-1]], ids=["", "labels"])
def test_contract(mask, label_mask):
    check_network(LAYERS, GIVEN, X, mask=mask, label_mask=label_mask)


def test_channels_last():
    check_network(LAYERS, {**GIVEN, "format": "nwc"}, X.transpose(0, 2, 1), mask=MASK)


def test_gradient_with_masks_as_in_dl4j():
    check_network(LAYERS, GIVEN, X, mask=MASK, label_mask=MASK, mode="dl4j")


def network(mode="exact"):
    spec = {"input": GIVEN, "layers": LAYERS, "data_type": "double", "compatibility": mode, "seed": 3}
    return Network(NetworkConfig.model_validate(spec))


def test_score_is_a_sum_over_steps_and_a_mean_over_examples():
    net, y = network(), np.eye(2)[generator(2).integers(0, 2, (3, 5))].transpose(0, 2, 1)
    steps = -(y * np.log(net.output(X))).sum(axis=1)
    assert net.score(X, y) == pytest.approx(steps.sum() / 3, rel=1e-9)
    assert net.score(X, y, label_mask=MASK) == pytest.approx((steps * MASK).sum() / 3, rel=1e-9)


def test_a_feature_mask_says_which_steps_count():
    """DL4J counts all steps."""
    y = np.eye(2)[generator(2).integers(0, 2, (3, 5))].transpose(0, 2, 1)
    for mode, counted in (("exact", MASK), ("dl4j", np.ones_like(MASK))):
        net = network(mode)
        steps = -(y * np.log(net.output(X, mask=MASK))).sum(axis=1)
        assert net.score(X, y, mask=MASK) == pytest.approx((steps * counted).sum() / 3, rel=1e-9)


def test_a_step_alone_is_a_dense_layer():
    net = network()
    h = net.activations(X)["layer0"]
    W, b = net.params[-8:-2].reshape((3, 2), order="F"), net.params[-2:]
    z = np.einsum("nit,io->not", h, W) + b[None, :, None]
    assert_close(net.output(X), np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), 1e-9, 1e-12)


def test_wrong_inputs():
    with pytest.raises(ShapeError) as caught:
        RnnOutput(name="out", n_in=3, n_out=2).given(Recurrent(4, 5))
    assert str(caught.value) == "layer `out` has n_in 3, but the steps of its input have 4 values"
    assert caught.value.hint == "write `n_in: 4`, or leave it out"
    with pytest.raises(ShapeError) as caught:
        RnnOutput(name="out", n_out=2).given(Convolutional3D(1, 2, 3, 4))
    assert str(caught.value) == (
        "layer `out` (rnn_output) takes sequences, its input is volumes of 1 x 2 x 3 x 4 (NCDHW)"
    )
    assert caught.value.hint == "feed it sequences: `input: {type: recurrent, size: ..., time: ...}`"
