"""The last step of a recurrent layer."""

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.layers.last_time_step import LastTimeStep
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import FeedForward, Recurrent
from tests.contract import assert_close
from tests.layers.test_lstm import X, formula
from tests.layers.test_rnn_output import GIVEN
from tests.layers.test_rnn_output import MASK as FACE_MASK
from tests.layers.test_rnn_output import X as FACE
from tests.sequences import Alone, check_alone, check_network

MASK = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]], float)
LAYER = LastTimeStep(underlying={"type": "lstm", "n_out": 3, "activation": "tanh"})


@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
def test_contract(mask):
    """The last unmasked step; an example without any gives its first. DL4J's layer inside sees the mask too."""
    alone = check_alone(LAYER, Recurrent(4, 5), X, mask)
    steps, _, _ = formula(X, **alone.params, mask=mask)
    last = [4, 4, 4] if mask is None else [2, 3, 0]
    for found in (alone.run(X, mask=mask), Alone(LAYER, Recurrent(4, 5), mode="dl4j").run(X, mask=mask)):
        assert_close(found["y"], steps[last, np.arange(3)], 1e-9, 1e-12)
        assert "mask" not in found
    assert alone.layer.output_shape(Recurrent(4, 5)) == FeedForward(3)


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
def test_a_mask_made_inside(mode):
    """The last step of an inner `mask_zero` is the last that does not hold its value."""
    x = np.where(MASK[:, :, None] == 1, X, 7.0)
    inner = {"type": "mask_zero", "masking_value": 7.0, "underlying": LAYER.underlying}
    alone = Alone(LastTimeStep(underlying=inner), Recurrent(4, 5), mode=mode)
    steps, _, _ = formula(x, **alone.params, mask=MASK)
    assert_close(alone.run(x)["y"], steps[[2, 3, 0], np.arange(3)], 1e-9, 1e-12)


@pytest.mark.parametrize("mask", [None, FACE_MASK], ids=["", "mask"])
@pytest.mark.parametrize(
    "inner", ["simple_rnn", {"type": "bidirectional", "fwd": {"type": "lstm", "n_out": 2}}], ids=str
)
def test_in_a_network(mask, inner):
    inner = inner if isinstance(inner, dict) else {"type": inner, "n_out": 3}
    layers = [{"type": "last_time_step", "underlying": inner}, {"type": "output", "n_out": 2}]
    check_network(layers, GIVEN, FACE, mask=mask)


def test_noise_of_the_inner_layer():
    """Defaults reach the wrapper and the layer inside; noise acts once."""
    layer = LAYER.but(dropout=None, underlying=LAYER.underlying.but(dropout=_half()))
    alone = Alone(layer, Recurrent(4, 5))
    noisy, quiet = alone.run(X, np.ones), alone.run(X, np.ones, training=False)
    assert not np.allclose(noisy["y"], quiet["y"])
    assert (noisy["dx"] == 0).any()
    assert not (quiet["dx"] == 0).any()


def _half():
    from dl4py.dropouts.base import DROPOUTS

    return DROPOUTS.make("dropout", p=0.5)


def test_only_sequences_have_a_last_step():
    with pytest.raises(ShapeError) as caught:
        LastTimeStep(name="a", underlying={"type": "dense", "n_out": 3}).output_shape(FeedForward(4))
    assert str(caught.value) == "layer `a` takes the last step of a sequence, `dense` gives rows of 3"
    assert caught.value.hint == "put a recurrent layer inside"


def test_defaults_reach_the_layer_inside_once():
    """A noise that the wrapper and the layer inside both inherit acts on the input once."""
    inner = {"type": "lstm", "n_out": 3}
    scores = []
    for defaults, own in (({"dropout": 0.5}, {}), ({}, {"dropout": 0.5})):
        layers = [
            {"type": "last_time_step", "underlying": {**inner, **own}},
            {"type": "output", "n_out": 2, **own},
        ]
        spec = {"seed": 5, "input": GIVEN, "defaults": defaults, "layers": layers}
        net = Network(NetworkConfig.model_validate(spec))
        scores.append([net.fit(FACE, np.eye(2)[[0, 1, 0]]) for _ in range(3)])
    assert scores[0] == scores[1]
