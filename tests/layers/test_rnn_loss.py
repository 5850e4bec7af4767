"""Loss layer of sequences."""

import numpy as np
import pytest

from dl4py.network import Network, NetworkConfig
from tests.contract import assert_close, generator
from tests.layers.test_rnn_output import GIVEN, MASK, X
from tests.sequences import check_network

LAYERS = [{"type": "lstm", "n_out": 3, "activation": "tanh"}, {"type": "rnn_loss", "activation": "softmax"}]


@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
@pytest.mark.parametrize("label_mask", [None, MASK[::-1]], ids=["", "labels"])
def test_contract(mask, label_mask):
    check_network(LAYERS, GIVEN, X, mask=mask, label_mask=label_mask)


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
def test_masks_of_score(mode):
    """Without a label mask the input's mask counts, in DL4J too."""
    spec = {"input": GIVEN, "layers": LAYERS, "data_type": "double", "compatibility": mode, "seed": 3}
    net = Network(NetworkConfig.model_validate(spec))
    y = np.eye(3)[generator(2).integers(0, 3, (3, 5))].transpose(0, 2, 1)
    steps = -(y * np.log(net.output(X, mask=MASK))).sum(axis=1)
    assert net.score(X, y, mask=MASK) == pytest.approx((steps * MASK).sum() / 3, rel=1e-9)
    other = MASK[::-1]
    assert net.score(X, y, mask=MASK, label_mask=other) == pytest.approx((steps * other).sum() / 3, rel=1e-9)


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
def test_dl4j_scores_features_last_against_the_input(mode):
    """Quirk 63: labels of the score are the input with features for steps; the gradient is that of the labels."""
    given = {"type": "recurrent", "size": 3, "time": 3, "format": "nwc"}
    layers = [{"type": "lstm", "n_out": 3}, {"type": "rnn_loss", "loss": "mse", "activation": "identity"}]
    spec = {"input": given, "layers": layers, "data_type": "double", "compatibility": mode, "seed": 3}
    net = Network(NetworkConfig.model_validate(spec))
    g = generator(5)
    x, y = g.normal(size=(2, 3, 3)), g.normal(size=(2, 3, 3))
    output = net.output(x)
    labels = {"exact": y, "dl4j": output.transpose(0, 2, 1)}[mode]
    assert net.score(x, y) == pytest.approx(((output - labels) ** 2).sum() / 3 / 2, rel=1e-9)
    other = Network(net.config.but(compatibility="exact"), params=net.params.copy())
    assert_close(net.gradient(x, y), other.gradient(x, y), 1e-12)
