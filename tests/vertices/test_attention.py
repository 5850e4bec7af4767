"""Attention between sequences, against its formula in plain NumPy."""

import numpy as np
import pytest

from dl4py.errors import DL4PyError
from dl4py.network import Network, NetworkConfig
from dl4py.vertices.attention import Attention
from tests.contract import STEP, assert_close, check_json, check_round_trip, generator

G = generator(1)
Q, K, V = G.normal(size=(3, 2, 4)), G.normal(size=(3, 3, 5)), G.normal(size=(3, 4, 5))
QMASK = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0]], float)
KMASK = np.array([[1, 1, 1, 1, 1], [0, 1, 1, 1, 1], [1, 1, 1, 1, 0]], float)
VMASK = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 1, 1, 1]], float)
MASKS = [None, [QMASK, None, None], [None, KMASK, None], [QMASK, KMASK, VMASK]]


def network(vertex, sizes=(2, 3, 4), **changes):
    """Dense layers for each step, so that gradients pass through the vertex, then the vertex, then an output."""
    given = {n: {"type": "recurrent", "size": s, "time": t} for n, s, t in zip("qkv", sizes, (4, 5, 5), strict=True)}
    vertices = [
        {"name": n + "1", "type": "simple_rnn", "n_out": s, "inputs": n, "activation": "tanh"}
        for n, s in zip("qkv", sizes, strict=True)
    ]
    vertices += [
        {"name": "at", "type": "attention", "inputs": ["q1", "k1", "v1"], **vertex},
        {"name": "out", "type": "rnn_output", "n_out": 2, "loss": "mse", "activation": "tanh", "inputs": "at"},
    ]
    spec = {"seed": 3, "data_type": "double", "inputs": given, "vertices": vertices, **changes}
    return Network(NetworkConfig.model_validate(spec))


def formula(q, k, v, params, masks):
    """`[batch, size, time]`: softmax(q k' / sqrt(d)) v in heads; 0 where the queries are masked."""
    qmask, kmask, vmask = (1 if m is None else m for m in masks or (None,) * 3)
    seen = np.minimum(kmask, vmask) * np.ones((len(k), k.shape[2]))
    out = []
    for n in range(len(q)):
        heads = []
        for wq, wk, wv in zip(params["Wq"], params["Wk"], params["Wv"], strict=True):
            scores = np.exp((wq @ q[n]).T @ (wk @ k[n]) / np.sqrt(len(wq))) * seen[n]
            heads.append(scores / scores.sum(1, keepdims=True) @ (wv @ v[n]).T)
        out.append((np.concatenate(heads, 1) @ params["Wo"]).T)
    return np.stack(out) * (1 if masks is None or masks[0] is None else qmask[:, None])


def params_of(net):
    slots = {s.param.name: s for s in net.parameters.slots if s.node.name == "at"}
    return {name: net.params[s.offset : s.stop].reshape(s.param.shape) for name, s in slots.items()}


@pytest.mark.parametrize("masks", MASKS, ids=["", "queries", "keys", "all"])
def test_contract(masks):
    net = network({"n_out": 6, "n_heads": 2, "project_input": True})
    check_round_trip(net.graph.node("at").thing)
    found = net.activations([Q, K, V], mask=masks)
    truth = formula(found["q1"], found["k1"], found["v1"], params_of(net), masks)
    assert_close(found["at"], truth, 1e-9, 1e-12)
    y = generator(2).uniform(-0.5, 0.5, (3, 2, 4))
    gradient = net.gradient([Q, K, V], y, mask=masks)
    for i in range(len(net.params)):
        kept = net.params[i]
        scores = []
        for step in (STEP, -STEP):
            net.params[i] = kept + step
            scores.append(net.score([Q, K, V], y, mask=masks))
        net.params[i] = kept
        assert_close(gradient[i : i + 1], np.array([(scores[0] - scores[1]) / (2 * STEP) * 3]), 1e-3, 1e-7)


def test_without_projection_it_has_no_parameters():
    net = network({}, (2, 2, 2))
    q, k, v = Q, K[:, :2], V[:, :2]
    found = net.activations([q, k, v])
    one = {"Wq": [np.eye(2)], "Wk": [np.eye(2)], "Wv": [np.eye(2)], "Wo": np.eye(2)}
    assert_close(found["at"], formula(found["q1"], found["k1"], found["v1"], one, None), 1e-9, 1e-12)
    assert not params_of(net)


def test_a_step_updates_its_parameters_by_its_own_updater_and_penalties():
    vertex = {
        "n_out": 6,
        "n_heads": 2,
        "project_input": True,
        "updater": {"type": "sgd", "learning_rate": 0.5},
        "l2": 0.1,
    }
    net = network(vertex)
    y = generator(2).uniform(-0.5, 0.5, (3, 2, 4))
    before = params_of(net)["Wv"].copy()
    slot = next(s for s in net.parameters.slots if s.param.name == "Wv")
    gradient = net.gradient([Q, K, V], y)[slot.offset : slot.stop].reshape(before.shape) / 3
    net.fit([Q, K, V], y)
    assert_close(params_of(net)["Wv"], before - 0.5 * (gradient + 0.1 * before), 1e-9, 1e-12)


def test_dl4j_passes_twice_the_gradient_to_parameters_and_below():
    vertex = {"n_out": 6, "n_heads": 2, "project_input": True}
    y = generator(2).uniform(-0.5, 0.5, (3, 2, 4))
    nets = [network(vertex, compatibility=mode) for mode in ("exact", "dl4j")]
    true, twice = (net.gradient([Q, K, V], y) for net in nets)
    out = next(s for s in nets[0].parameters.slots if s.node.name == "out").offset
    assert_close(twice[:out], 2 * true[:out], 1e-9, 1e-12)
    assert_close(twice[out:], true[out:], 1e-12, 1e-15)


@pytest.mark.parametrize("way", ["clip_l2_per_layer", "clip_l2_per_param_type"])
def test_dl4j_clips_its_gradient_by_parameter_only(way):
    """Quirk 61: its vertices do not say where in memory their gradient is."""
    vertex = {"n_out": 6, "n_heads": 2, "project_input": True, "updater": {"type": "sgd", "learning_rate": 1.0}}
    vertex |= {"gradient_normalization": way, "gradient_normalization_threshold": 1e-3}
    y = generator(2).uniform(-0.5, 0.5, (3, 2, 4))
    for mode, free in (("exact", False), ("dl4j", way == "clip_l2_per_layer")):
        net = network(vertex, compatibility=mode)
        slots = [s for s in net.parameters.slots if s.node.name == "at"]
        span = slice(slots[0].offset, slots[-1].stop)
        before, gradient = net.params.copy(), net.gradient([Q, K, V], y)[span] / 3
        net.fit([Q, K, V], y)
        step = (before - net.params)[span]
        parts = [gradient] if way == "clip_l2_per_layer" else np.split(gradient, [s.stop - span.start for s in slots])
        clipped = np.concatenate([part * 1e-3 / max(np.linalg.norm(part), 1e-3) for part in parts])
        assert_close(step, gradient if free else clipped, 1e-9, 1e-12)


def test_dl4j_attends_to_features_where_these_come_last():
    """Quirk 64."""
    given = {"type": "recurrent", "size": 3, "time": 4, "format": "nwc"}
    vertices = [
        {"name": "v", "type": "attention", "inputs": ["a", "a", "a"]},
        {"name": "out", "type": "rnn_loss", "loss": "mse", "activation": "identity"},
    ]
    x = G.normal(size=(2, 4, 3))
    for mode, rows in (("exact", x), ("dl4j", x.transpose(0, 2, 1))):
        spec = {"inputs": {"a": given}, "vertices": vertices, "data_type": "double", "compatibility": mode}
        weights = np.exp(rows @ rows.transpose(0, 2, 1) / np.sqrt(rows.shape[2]))
        truth = weights / weights.sum(axis=2, keepdims=True) @ rows
        found = Network(NetworkConfig.model_validate(spec)).activations(x)["v"]
        assert_close(found, truth if mode == "exact" else truth.transpose(0, 2, 1), 1e-9, 1e-12)


def test_first_values_scale_with_the_widths():
    vertex = network({"n_out": 6, "n_heads": 2, "project_input": True}).graph.node("at").thing
    assert {p.name: (p.shape, p.fan_in, p.fan_out) for p in vertex.params()} == {
        "Wq": ((2, 3, 2), 2, 3),
        "Wk": ((2, 3, 3), 3, 3),
        "Wv": ((2, 3, 4), 4, 3),
        "Wo": ((6, 6), 6, 6),
    }


def test_json():
    check_json(
        Attention(n_in_queries=4, n_in_keys=4, n_in_values=4, n_out=6, n_heads=2, head_size=3, project_input=True),
        "AttentionVertex",
        """{"biasUpdater": null, "dataType": "FLOAT", "gradientNormalization": "None",
        "gradientNormalizationThreshold": 1.0, "headSize": 3, "layerName": null, "name": null, "nheads": 2,
        "ninKeys": 4, "ninQueries": 4, "ninValues": 4, "nout": 6, "projectInput": true, "regularization": [],
        "regularizationBias": [], "updater": {"@class": "org.nd4j.linalg.learning.config.Sgd", "learningRate": 0.001},
        "vertexParams": {"biasParams": {}, "inputs": ["queries", "keys", "values"], "weightParams": {"Wq": [2, 3, 4],
        "Wk": [2, 3, 4], "Wv": [2, 3, 4], "Wo": [6, 6]}}, "weightInit": "XAVIER"}""",
    )


@pytest.mark.parametrize(
    ("vertex", "message", "hint"),
    [
        (
            {"inputs": ["q1", "k1"]},
            "vertex `at` (attention) takes three sequences, found sequences of 2 x 4 steps, sequences of 3 x 5 steps",
            "write `inputs: [queries, keys, values]`; a sequence that attends to itself is named three times",
        ),
        (
            {},
            "vertex `at` (attention) does not project its inputs, their widths 2, 3, 4 must be equal",
            "write `project_input: true`",
        ),
        (
            {"inputs": ["q1", "q1", "k1"], "project_input": True, "n_out": 2},
            "vertex `at` (attention): 4 keys cannot have 5 values",
            "keys and values are sequences of one length",
        ),
        (
            {"project_input": True, "n_out": 2, "n_in_keys": 7},
            "vertex `at` has n_in_keys 7, but the input has 3",
            "write `n_in_keys: 3`, or leave it out",
        ),
        (
            {"project_input": True, "n_out": 5, "n_heads": 2},
            "vertex `at` (attention) cannot share an output of 5 among 2 heads",
            "write a `head_size`, or an `n_out` that the number of heads divides",
        ),
    ],
)
def test_inputs_must_fit(vertex, message, hint):
    with pytest.raises(DL4PyError) as caught:
        network(vertex)
    assert (str(caught.value), caught.value.hint) == (message, hint)
