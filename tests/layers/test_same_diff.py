"""What SameDiff layers share: which keys they have, what DL4J's JSON can say of them."""

import numpy as np
import pytest
from pydantic import ValidationError

from dl4py.errors import MissingKey
from dl4py.formats.dl4j.json import from_json, to_json
from dl4py.layers.recurrent_attention import RecurrentAttention
from dl4py.layers.self_attention import SelfAttention
from dl4py.network import Network, NetworkConfig
from tests.contract import generator


def test_defaults_reach_updaters_and_penalties_but_not_first_values():
    defaults = {"updater": {"type": "sgd", "learning_rate": 0.5}, "l2": 0.25, "weight_init": "ones"}
    layers = [
        {"type": "self_attention", "n_out": 2, "project_input": True},
        {"type": "rnn_output", "n_out": 2, "loss": "mse", "activation": "tanh"},
    ]
    given = {"type": "recurrent", "size": 3, "time": 4}
    network = Network(NetworkConfig.model_validate({"input": given, "defaults": defaults, "layers": layers}))
    layer = network.graph.nodes[0].thing
    assert (layer.updater.learning_rate, layer.l2, layer.weight_init.type) == (0.5, 0.25, "xavier")


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ({"activation": {"type": "leakyrelu", "alpha": 0.3}}, "leakyrelu"),
        ({"weight_init": {"type": "constant", "value": 0.5}}, "constant"),
        ({"weight_init": {"type": "distribution", "distribution": "normal"}}, "distribution"),
    ],
)
def test_what_dl4j_keeps_by_name_has_no_keys(keys, name):
    with pytest.raises(ValidationError) as caught:
        RecurrentAttention.model_validate({"n_out": 3, **keys})
    (mistake,) = caught.value.errors()
    assert mistake["msg"] == f"DL4J keeps it by its name here, `{name}` cannot have keys of its own"


@pytest.mark.parametrize(("java", "ours"), [("LECUN_NORMAL", "normal"), ("XAVIER_FAN_IN", "normal"), ("RELU", "relu")])
def test_names_of_first_values(java, ours):
    layer = SelfAttention(n_in=3, n_out=3)
    value = to_json(layer) | {"weightInit": java}
    assert from_json(value, "here").weight_init.type == ours


def test_activations_by_name():
    layer = RecurrentAttention(n_in=3, n_out=3, head_size=3, activation="leakyrelu")
    assert to_json(layer)["activation"] == "LEAKYRELU"
    assert from_json(to_json(layer), "here") == layer


def test_keys_that_they_do_not_have():
    for name in ("bias_init", "gain_init", "weight_noise"):
        with pytest.raises(ValidationError) as caught:
            SelfAttention.model_validate({name: 0.5})
        assert caught.value.errors()[0]["type"] == "extra_forbidden"


def network(mode, **keys):
    layers = [
        {"type": "self_attention", "n_out": 2, "project_input": True, **keys},
        {"type": "rnn_output", "n_out": 2, "loss": "mse", "activation": "tanh"},
    ]
    given = {"type": "recurrent", "size": 3, "time": 4}
    spec = {"seed": 5, "data_type": "double", "input": given, "layers": layers, "compatibility": mode}
    return Network(NetworkConfig.model_validate(spec))


def test_dl4j_leaves_their_penalties_out_of_the_score():
    g = generator(3)
    x, y = g.normal(size=(2, 3, 4)), g.uniform(-0.5, 0.5, (2, 2, 4))
    plain = network("exact").score(x, y)
    exact, dl4j = network("exact", l2=0.5), network("dl4j", l2=0.5)
    weights = exact.params[: sum(p.size for p in exact.graph.nodes[0].params)]
    assert exact.score(x, y) == pytest.approx(plain + 0.25 * float(weights @ weights), rel=1e-12)
    assert dl4j.score(x, y) == pytest.approx(plain, rel=1e-12)
    before, free = dl4j.params.copy(), network("dl4j")
    dl4j.fit(x, y)
    free.fit(x, y)
    slot = slice(0, len(weights))
    rate = dl4j.graph.nodes[0].thing.updater.learning_rate
    assert np.allclose(dl4j.params[slot], free.params[slot] - rate * 0.5 * before[slot], rtol=1e-9)  # the step has it


@pytest.mark.parametrize(
    ("layer", "key"),
    [
        ({"type": "primary_capsules", "capsule_dimensions": 2, "channels": 2}, "input_channels"),
        ({"type": "capsule", "capsules": 2, "capsule_dimensions": 2}, "input_capsules"),
        ({"type": "locally_connected2d", "n_in": 2, "n_out": 2}, "input_size"),
    ],
)
def test_what_they_are_fed_must_be_known(layer, key):
    with pytest.raises(MissingKey) as caught:
        Network(NetworkConfig.model_validate({"layers": [layer, {"type": "output", "n_in": 4, "n_out": 2}]}))
    assert str(caught.value) == f"`layer0` ({layer['type']}) needs `{key}`: the network does not say what it is fed"
    assert caught.value.hint == "give the network's `input` its shape"
