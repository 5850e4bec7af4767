"""A layer of rows at each step."""

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.layers.time_distributed import TimeDistributed
from dl4py.shapes import FeedForward, Recurrent
from tests.contract import assert_close
from tests.layers.test_lstm import MASK, X
from tests.layers.test_rnn_output import GIVEN
from tests.layers.test_rnn_output import MASK as FACE_MASK
from tests.layers.test_rnn_output import X as FACE
from tests.sequences import check_alone, check_network

LAYER = TimeDistributed(underlying={"type": "dense", "n_out": 2, "activation": "tanh"})


@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
def test_contract(mask):
    alone = check_alone(LAYER, Recurrent(4, 5), X, mask)
    truth = np.tanh(X @ alone.params["W"] + alone.params["b"])
    truth = truth if mask is None else truth * mask[:, :, None]
    assert_close(alone.run(X, mask=mask)["y"], truth, 1e-9, 1e-12)


def test_dl4j_covers_other_steps():
    """Its rows are example after example, its mask step after step: row n T + t gets the mask's value n T + t."""
    alone = check_alone(LAYER, Recurrent(4, 5), X, MASK, "dl4j")
    rows = np.tanh(X @ alone.params["W"] + alone.params["b"]).transpose(1, 0, 2).reshape(15, 2)
    truth = (rows * MASK.reshape(15, 1)).reshape(3, 5, 2).transpose(1, 0, 2)
    assert_close(alone.run(X, mask=MASK)["y"], truth, 1e-9, 1e-12)


@pytest.mark.parametrize("mask", [None, FACE_MASK], ids=["", "mask"])
def test_in_a_network(mask):
    inner = {"type": "dense", "n_out": 3, "activation": "tanh"}
    layers = [{"type": "time_distributed", "underlying": inner}, {"type": "lstm", "n_out": 2}]
    check_network([*layers, {"type": "rnn_output", "n_out": 2}], GIVEN, FACE, mask=mask)


def test_only_rows_inside():
    layer = TimeDistributed(name="a", underlying={"type": "repeat_vector", "n": 2})
    with pytest.raises(ShapeError) as caught:
        layer.given(Recurrent(4, 5)).output_shape(Recurrent(4, 5))
    assert str(caught.value) == (
        "layer `a` needs a layer from rows to rows inside, `repeat_vector` gives sequences of 4 x 2 steps"
    )
    assert caught.value.hint == "take dense, for example"
    with pytest.raises(ShapeError) as caught:
        layer.given(FeedForward(4))
    assert str(caught.value) == "layer `a` (time_distributed) takes sequences, its input is rows of 4"
