"""Attention with learned queries, against its formula in plain NumPy."""

import numpy as np
import pytest

from dl4py.layers.learned_self_attention import LearnedSelfAttention
from dl4py.shapes import Recurrent
from tests.contract import assert_close, check_json, check_round_trip, generator
from tests.sequences import Alone, check_alone, weights_of

X = generator(1).normal(size=(5, 3, 4))
MASK = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1], [1, 1, 0], [1, 0, 0]], float)
GIVEN = Recurrent(4, 5)


def formula(x, params, mask):
    """softmax(q k' / sqrt(d)) v for each example, its queries the columns of Q."""
    queries = params["Q"][0].T
    out = []
    for n in range(x.shape[1]):
        heads = []
        weights = [params.get(name, [np.eye(x.shape[2])]) for name in ("Wq", "Wk", "Wv")]
        for wq, wk, wv in zip(*weights, strict=True):
            scores = np.exp((queries @ wq.T) @ (x[:, n] @ wk.T).T / np.sqrt(len(wq))) * mask[:, n]
            heads.append(scores / scores.sum(1, keepdims=True) @ (x[:, n] @ wv.T))
        out.append(np.concatenate(heads, 1) @ params.get("Wo", np.eye(x.shape[2])))
    return np.stack(out, 1)


LAYERS = [
    LearnedSelfAttention(n_queries=2),
    LearnedSelfAttention(n_queries=7, n_out=6, n_heads=2, project_input=True),
]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
def test_contract(layer, mask):
    check_round_trip(layer)
    alone = check_alone(layer, GIVEN, X, mask)
    found = alone.run(X, mask=mask)
    assert_close(found["y"], formula(X, alone.params, np.ones((5, 3)) if mask is None else mask), 1e-9, 1e-12)
    assert "mask" not in found  # queries are never masked
    assert alone.layer.output_shape(GIVEN) == Recurrent(alone.layer.n_out, layer.n_queries)


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_dl4j_passes_twice_the_gradient(layer):
    true, twice = (Alone(layer, GIVEN, mode=mode).run(X, weights_of, mask=MASK) for mode in ("exact", "dl4j"))
    assert np.array_equal(true.pop("y"), twice.pop("y"))
    for name in true:
        assert_close(twice[name], 2 * true[name], 1e-12, 1e-14)


def test_first_queries_scale_with_the_fans_of_dl4j():
    queries, *_ = LAYERS[1].given(GIVEN).params()
    assert (queries.shape, queries.fan_in, queries.fan_out) == ((1, 4, 7), 4, 7)


def test_json():
    check_json(
        LearnedSelfAttention(name="a", n_in=4, n_out=4, head_size=4, n_queries=2),
        "LearnedSelfAttentionLayer",
        """{"biasUpdater": null, "constraints": null, "gradientNormalization": "None",
        "gradientNormalizationThreshold": 1.0, "headSize": 4, "idropout": null, "layerName": "a",
        "layerParams": {"biasParams": {}, "weightParams": {"Q": [1, 4, 2]}}, "nheads": 1, "nin": 4, "nout": 4,
        "nqueries": 2, "paramWeightInit": null, "projectInput": false, "regularization": [], "regularizationBias": [],
        "updater": {"@class": "org.nd4j.linalg.learning.config.Sgd", "learningRate": 0.001}, "weightInit": "XAVIER"}""",
    )
