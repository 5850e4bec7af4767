"""Activations multiplied by the mask."""

import numpy as np
import pytest

from dl4py.layers.mask_layer import MaskLayer
from dl4py.shapes import Convolutional, FeedForward, Recurrent
from tests.contract import generator, run
from tests.layers.test_rnn_output import GIVEN
from tests.layers.test_rnn_output import MASK as FACE_MASK
from tests.layers.test_rnn_output import X as FACE
from tests.sequences import check_network

G = generator(3)
CASES = {
    "rows": (FeedForward(4), G.normal(size=(3, 4)), np.array([[1.0], [0.0], [0.5]])),
    "sequences": (Recurrent(4, 2), G.normal(size=(2, 3, 4)), np.array([[1.0, 0.0, 1.0], [0.5, 1.0, 0.0]])),
    "images": (
        Convolutional(4, 2, 3),
        G.normal(size=(2, 2, 3, 4)),
        np.array([[1, 0, 1], [0, 1, 1.0]])[:, None, :, None],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_covers(name):
    """NaN under a mask of 0 is covered too."""
    given, x, mask = CASES[name]
    x = x.copy()
    wide = np.broadcast_to(mask[..., None] if name == "sequences" else mask, x.shape)
    x[wide == 0] = np.nan

    def record(e, xs, ms, dy):
        with e.inside((given,), (ms,)):
            y, backward = MaskLayer().emit(e, xs, None)
        return [y, backward(dy)]

    y, dx, _ = run(record, x, mask, np.ones_like(x))
    assert np.array_equal(y, np.where(wide == 0, 0, x * wide))
    assert np.array_equal(dx, wide)
    assert MaskLayer().output_shape(given) == given


@pytest.mark.parametrize("mask", [None, FACE_MASK], ids=["", "mask"])
def test_in_a_network(mask):
    layers = [{"type": "lstm", "n_out": 3}, {"type": "mask_layer"}, {"type": "rnn_output", "n_out": 2}]
    net = check_network(layers, GIVEN, FACE, mask=mask, mode="dl4j")
    assert mask is None or not net.activations(FACE, mask=mask)["layer1"].transpose(0, 2, 1)[mask == 0].any()
