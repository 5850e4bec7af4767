"""A recurrent layer in both directions."""

import numpy as np
import pytest

from dl4py.errors import InvalidValue, UnsupportedFeature
from dl4py.layers.bidirectional import Bidirectional
from dl4py.shapes import Recurrent
from tests.contract import assert_close, check_round_trip, generator
from tests.layers.test_lstm import formula
from tests.sequences import Alone, check_alone

X = generator(1).normal(size=(5, 3, 4))
MASK = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 1], [1, 1, 0], [1, 1, 0]], float)
GIVEN = Recurrent(4, 5)
JOINED = {
    "add": np.add,
    "mul": np.multiply,
    "average": lambda a, b: (a + b) / 2,
    "concat": lambda a, b: np.concatenate([a, b], axis=2),
}


@pytest.mark.parametrize("mode", JOINED)
@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
def test_contract(mode, mask):
    alone = check_alone(
        Bidirectional(fwd={"type": "lstm", "n_out": 3, "activation": "tanh"}, mode=mode), GIVEN, X, mask
    )
    forth, back = ({k[1:]: v for k, v in alone.params.items() if k[0] == side} for side in "fb")
    turned = None if mask is None else mask[::-1]
    truth = JOINED[mode](formula(X, **forth, mask=mask)[0], formula(X[::-1], **back, mask=turned)[0][::-1])
    assert_close(alone.run(X, mask=mask)["y"], truth, 1e-9, 1e-12)


@pytest.mark.parametrize("inner", ["graves_lstm", "simple_rnn"])
def test_other_layers(inner):
    check_alone(Bidirectional(fwd={"type": inner, "n_out": 3, "activation": "tanh"}), GIVEN, X, MASK)


def test_masks_in_dl4j():
    """An LSTM inside ignores them, a simple layer sees them."""
    for inner, same in (("lstm", True), ("simple_rnn", False)):
        alone = Alone(Bidirectional(fwd={"type": inner, "n_out": 3}), GIVEN, mode="dl4j")
        assert np.array_equal(alone.run(X)["y"], alone.run(X, mask=MASK)["y"]) == same


def test_keys():
    layer = Bidirectional(fwd={"type": "lstm", "n_out": 3}).given(GIVEN)
    check_round_trip(layer)
    assert layer.output_shape(GIVEN) == Recurrent(6, 5)
    assert [p.name for p in layer.params()] == ["fW", "fRW", "fb", "bW", "bRW", "bb"]
    assert layer.but(mode="mul").output_shape(GIVEN) == Recurrent(3, 5)
    assert layer.json_beside() == {"nin": 4, "nout": 6, "rnndataFormat": "NCW"}


def test_refusals():
    with pytest.raises(InvalidValue) as caught:
        Bidirectional(name="a", fwd={"type": "dense", "n_out": 3}).given(GIVEN)
    assert str(caught.value) == "layer `a` runs a recurrent layer in both directions, `dense` is none"
    assert caught.value.hint == "take lstm, graves_lstm or simple_rnn"
    with pytest.raises(InvalidValue) as caught:
        Bidirectional(name="a", fwd={"type": "lstm", "n_out": 3}, bwd={"type": "lstm", "n_out": 4}).given(GIVEN)
    assert str(caught.value) == "both directions of layer `a` need one width, found n_out 3 and 4"
    assert caught.value.hint == "leave `bwd` out, it is like `fwd` then"
    with pytest.raises(UnsupportedFeature) as caught:
        Alone(Bidirectional(name="a", fwd={"type": "lstm", "n_out": 3}), GIVEN).run(X, states={})
    assert str(caught.value) == (
        "layer `a` (bidirectional) reads sequences from their end, so it cannot go on step by step"
    )
    assert caught.value.hint == "use `backprop_type: standard`, and whole sequences for predictions"
