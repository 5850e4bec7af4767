"""Where DL4J's quirks matter to a network."""

import numpy as np
import pytest

from dl4py.compatibility import QUIRKS, quirk_lines
from dl4py.network import Network, NetworkConfig
from dl4py.network.graph import build
from dl4py.network.quirks import met, met_under_masks


def config(*layers, **keys):
    return NetworkConfig.model_validate({"input": 4, "layers": list(layers), **keys})


def test_a_plain_network_meets_what_its_parts_meet():
    out = {"type": "output", "n_out": 3, "loss": "mse", "activation": "identity"}
    assert met(build(config({"type": "dense", "n_out": 5}, out))) == {}
    normed = config({"name": "a", "type": "dense", "n_out": 5, "has_layer_norm": True}, out)
    assert met(build(normed)) == {24: ("a",)}
    adam = config(out, defaults={"updater": "adam"})
    assert met(build(adam)) == {36: ("update",)}


def test_what_only_masks_bring_is_told_apart():
    lstm = config(
        {"name": "a", "type": "lstm", "n_out": 5},
        {"name": "out", "type": "rnn_output", "n_out": 3},
        input={"type": "recurrent", "size": 4},
    )
    assert met(build(lstm)) == {34: ("out",)}
    assert met_under_masks(build(lstm)) == {17: ("a",), 30: ("out",), 38: ("a",)}


def test_what_is_in_first_values_rates_and_defaults_is_met():
    poly = {"type": "sgd", "learning_rate": {"type": "poly", "initial_value": 0.1, "power": 2, "max_iter": 9}}
    out = {"name": "out", "type": "output", "n_out": 3, "loss": "mse", "activation": "identity"}
    found = met(build(config(out, defaults={"updater": poly, "weight_init": "lecun_uniform", "weight_decay": 0.1})))
    assert found == {1: ("out",), 2: ("out",), 25: ("defaults",)}
    assert met(build(config(out, optimization_algo="lbfgs"))).keys() == {29}


def test_segments_of_sequences_meet_theirs():
    net = config(
        {"name": "lstm", "type": "lstm", "n_out": 5},
        {"type": "rnn_output", "n_out": 3},
        input={"type": "recurrent", "size": 4},
        backprop_type="truncated_bptt",
    )
    assert met(build(net))[15] == ("lstm",)
    assert 15 in Network(net).plan(2, time=3).quirks
    assert 15 not in met(build(net.but(backprop_type="standard")))


def test_lines_say_what_holds_and_what_would():
    quirk = QUIRKS[24]
    assert quirk_lines({24: ("a", "b")}, "exact") == [f"  quirk 24, a, b: {quirk.exact}; `dl4j` has: {quirk.dl4j}"]
    assert quirk_lines({24: ("a",)}, "dl4j") == [f"  quirk 24, a: {quirk.dl4j}; `exact` has: {quirk.exact}"]


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
def test_dl4j_does_not_train_a_graph_whose_vertices_alone_have_parameters(mode):
    attention = {"name": "v", "type": "attention", "inputs": ["a"] * 3, "n_out": 2, "n_heads": 1, "project_input": True}
    spec = {
        "inputs": {"a": {"type": "recurrent", "size": 3, "time": 4}},
        "vertices": [attention, {"name": "out", "type": "rnn_loss", "loss": "mse", "activation": "identity"}],
    }
    network = Network(NetworkConfig.model_validate({**spec, "compatibility": mode}))
    assert met(network.graph)[62] == ("v",)
    x, y = np.ones((2, 3, 4), "f"), np.zeros((2, 2, 4), "f")
    before, score = network.params.copy(), network.score(x, y)
    trains = mode == "exact"
    assert score > 0.0
    assert network.fit(x, y) == (score if trains else 0.0)
    assert (network.iteration, np.array_equal(network.params, before)) == ((1, False) if trains else (0, True))
