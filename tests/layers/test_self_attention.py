"""Self-attention, against its formula in plain NumPy."""

import numpy as np
import pytest

from dl4py.errors import InvalidValue, MissingKey
from dl4py.layers.self_attention import SelfAttention
from dl4py.shapes import FeedForward, Recurrent
from tests.contract import assert_close, check_json, check_round_trip, generator
from tests.sequences import Alone, check_alone, weights_of

X = generator(1).normal(size=(5, 3, 4))
MASK = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1], [1, 1, 0], [1, 0, 0]], float)
GIVEN = Recurrent(4, 5)


def attention(q, k, v, mask=None):
    """softmax(q k' / sqrt(d)) v for one example and head."""
    scores = np.exp(q @ k.T / np.sqrt(q.shape[1])) * (1 if mask is None else mask)
    return scores / scores.sum(1, keepdims=True) @ v


def formula(x, params, mask=None, queries=None):
    """Heads side by side, projected before and after where there are weights."""
    out = []
    for n in range(x.shape[1]):
        xs, m = x[:, n], None if mask is None else mask[:, n]
        q = xs if queries is None else queries
        if "Wq" not in params:
            out.append(attention(q, xs, xs, m))
            continue
        weights = zip(params["Wq"], params["Wk"], params["Wv"], strict=True)
        heads = [attention(q @ wq.T, xs @ wk.T, xs @ wv.T, m) for wq, wk, wv in weights]
        out.append(np.concatenate(heads, 1) @ params["Wo"])
    return np.stack(out, 1)


LAYERS = [
    SelfAttention(),
    SelfAttention(n_out=6, n_heads=2, project_input=True),
    SelfAttention(n_out=5, n_heads=3, head_size=2, project_input=True),
]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
def test_contract(layer, mask):
    check_round_trip(layer)
    alone = check_alone(layer, GIVEN, X, mask)
    y = alone.run(X, mask=mask)["y"]
    assert_close(y, formula(X, alone.params, mask), 1e-9, 1e-12)
    assert y.shape[2] == alone.layer.output_shape(GIVEN).size


def test_masked_steps_are_not_seen_and_get_no_gradient_as_keys():
    alone = Alone(LAYERS[1], GIVEN)
    other = X + 9 * (1 - MASK[:, :, None])
    seen = MASK[:, :, None] != 0
    assert np.array_equal(*[np.where(seen, alone.run(x, mask=MASK)["y"], 0) for x in (X, other)])


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_dl4j_passes_twice_the_gradient(layer):
    true, twice = (Alone(layer, GIVEN, mode=mode).run(X, weights_of, mask=MASK) for mode in ("exact", "dl4j"))
    assert np.array_equal(true.pop("y"), twice.pop("y"))
    assert np.array_equal(true.pop("mask"), twice.pop("mask"))
    for name in true:
        assert_close(twice[name], 2 * true[name], 1e-12, 1e-14)


def test_first_values_scale_with_the_fans_of_dl4j():
    layer = SelfAttention(n_out=6, n_heads=2, project_input=True).given(GIVEN)
    assert {p.name: (p.shape, p.fan_in, p.fan_out) for p in layer.params()} == {
        "Wq": ((2, 3, 4), 6, 6),
        "Wk": ((2, 3, 4), 6, 6),
        "Wv": ((2, 3, 4), 6, 6),
        "Wo": ((6, 6), 4, 3),
    }


def test_json():
    layer = SelfAttention(name="layer0", n_in=4, n_out=4, n_heads=2, head_size=2, project_input=True)
    check_json(
        layer,
        "SelfAttentionLayer",
        """{"biasUpdater": null, "constraints": null, "gradientNormalization": "None",
        "gradientNormalizationThreshold": 1.0, "headSize": 2, "idropout": null, "layerName": "layer0",
        "layerParams": {"biasParams": {}, "weightParams": {"Wq": [2, 2, 4], "Wk": [2, 2, 4], "Wv": [2, 2, 4],
        "Wo": [4, 4]}}, "nheads": 2, "nin": 4, "nout": 4, "paramWeightInit": null, "projectInput": true,
        "regularization": [], "regularizationBias": [],
        "updater": {"@class": "org.nd4j.linalg.learning.config.Sgd", "learningRate": 0.001}, "weightInit": "XAVIER"}""",
    )


@pytest.mark.parametrize(
    ("keys", "error", "message", "hint"),
    [
        (
            {"project_input": True},
            MissingKey,
            "layer `a` (self_attention) projects its input and needs `n_out`",
            "add `n_out:`",
        ),
        (
            {"project_input": True, "n_out": 5, "n_heads": 2},
            InvalidValue,
            "layer `a` (self_attention) cannot share an output of 5 among 2 heads",
            "write a `head_size`, or an `n_out` that the number of heads divides",
        ),
        (
            {"n_heads": 2},
            InvalidValue,
            "layer `a` (self_attention) does not project its input: it has one head and an output of 4, "
            "found 2 heads and an output of 4",
            "write `project_input: true`",
        ),
        (
            {"n_out": 3},
            InvalidValue,
            "layer `a` (self_attention) does not project its input: it has one head and an output of 4, "
            "found 1 heads and an output of 3",
            "write `project_input: true`",
        ),
    ],
)
def test_heads_must_fit(keys, error, message, hint):
    with pytest.raises(error) as caught:
        SelfAttention(name="a", **keys).given(GIVEN)
    assert (str(caught.value), caught.value.hint) == (message, hint)


def test_rows_become_sequences_of_one_step():
    assert SelfAttention().wanted(FeedForward(4)).type == "feed_forward_to_rnn"
