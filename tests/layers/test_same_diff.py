"""What SameDiff layers share: which keys they have, what DL4J's JSON can say of them."""

import pytest
from pydantic import ValidationError

from dl4py.formats.dl4j.json import from_json, to_json
from dl4py.layers.recurrent_attention import RecurrentAttention
from dl4py.layers.self_attention import SelfAttention
from dl4py.network import Network, NetworkConfig


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
