"""Recurrent attention, against its formula in plain NumPy."""

import numpy as np
import pytest

from dl4py.layers.recurrent_attention import RecurrentAttention
from dl4py.shapes import Recurrent
from tests.contract import assert_close, check_json, check_round_trip, generator
from tests.sequences import Alone, check_alone, weights_of

X = generator(1).normal(size=(5, 3, 4))
MASK = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1], [1, 1, 0], [1, 0, 0]], float)
GIVEN = Recurrent(4, 5)


def asked(query, x, params, mask):
    """What one query of one example gets: softmax(q k' / sqrt(d)) v in heads."""
    one = {name: params.get(name, [np.eye(len(query))]) for name in ("Wq", "Wk", "Wv")}
    heads = []
    for wq, wk, wv in zip(*one.values(), strict=True):
        scores = np.exp((x @ wk.T) @ (wq @ query) / np.sqrt(len(wq))) * mask
        heads.append(scores / scores.sum() @ (x @ wv.T))
    return np.concatenate(heads) @ params.get("Wo", np.eye(len(query)))


def formula(x, params, mask=None, act=np.tanh, silent=True):
    seen = np.ones(x.shape[:2]) if mask is None else mask
    out = np.zeros((*x.shape[:2], params["W"].shape[1]))
    for n in range(x.shape[1]):
        for t in range(len(x)):
            z = x[t, n] @ params["W"] + params.get("b", 0)
            if t:
                z = z + asked(out[t - 1, n], x[:, n], params, seen[:, n]) @ params["RW"]
            out[t, n] = act(z) * (seen[t, n] if silent else 1)
    return out


LAYERS = [
    RecurrentAttention(n_out=6, n_heads=2),
    RecurrentAttention(n_out=3, head_size=2, has_bias=False, activation="sigmoid"),
    RecurrentAttention(project_input=False),
]
ACTS = [np.tanh, lambda z: 1 / (1 + np.exp(-z)), np.tanh]


@pytest.mark.parametrize(("layer", "act"), list(zip(LAYERS, ACTS, strict=True)))
@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
def test_contract(layer, act, mask):
    check_round_trip(layer)
    alone = check_alone(layer, GIVEN, X, mask)
    assert_close(alone.run(X, mask=mask)["y"], formula(X, alone.params, mask, act), 1e-9, 1e-12)


def test_dl4j_keeps_the_output_of_masked_steps_and_passes_twice_the_gradient():
    exact, dl4j = (Alone(LAYERS[0], GIVEN, mode=mode) for mode in ("exact", "dl4j"))
    truth = formula(X, dl4j.params, MASK, silent=False)
    assert_close(dl4j.run(X, mask=MASK)["y"], truth, 1e-9, 1e-12)
    assert np.abs(truth[MASK == 0]).min() > 1e-3
    true, twice = (alone.run(X, weights_of) for alone in (exact, dl4j))
    for name in true.keys() - {"y"}:
        assert_close(twice[name], 2 * true[name], 1e-12, 1e-14)


def test_a_single_step_asks_nobody():
    alone = check_alone(LAYERS[0], Recurrent(4, 1), X[:1])
    found = alone.run(X[:1], weights_of)
    assert not any(found[name].any() for name in ("dRW", "dWq", "dWk", "dWv", "dWo"))


def test_first_values_scale_with_the_fans_of_dl4j():
    layer = RecurrentAttention(n_out=6, n_heads=2).given(GIVEN)
    assert {p.name: (p.shape, p.fan_in, p.fan_out) for p in layer.params() if p.start is None} == {
        "W": ((4, 6), 4, 6),
        "RW": ((6, 6), 6, 6),
        "Wq": ((2, 3, 6), 6, 6),
        "Wk": ((2, 3, 4), 6, 6),
        "Wv": ((2, 3, 4), 6, 6),
        "Wo": ((6, 6), 4, 3),
    }


def test_json():
    check_json(
        RecurrentAttention(name="layer0", n_in=4, n_out=4, head_size=4),
        "RecurrentAttentionLayer",
        """{"activation": "TANH", "biasUpdater": null, "constraints": null, "gradientNormalization": "None",
        "gradientNormalizationThreshold": 1.0, "hasBias": true, "headSize": 4, "idropout": null,
        "layerName": "layer0", "layerParams": {"biasParams": {"b": [4]}, "weightParams": {"W": [4, 4], "RW": [4, 4],
        "Wq": [1, 4, 4], "Wk": [1, 4, 4], "Wv": [1, 4, 4], "Wo": [4, 4]}}, "nheads": 1, "nin": 4, "nout": 4,
        "paramWeightInit": null, "projectInput": true, "regularization": [], "regularizationBias": [], "timeSteps": 0,
        "updater": {"@class": "org.nd4j.linalg.learning.config.Sgd", "learningRate": 0.001}, "weightInit": "XAVIER"}""",
    )
