import numpy as np
import pytest

from dl4py.errors import InvalidValue
from dl4py.network import Network, NetworkConfig
from dl4py.network.transfer import TransferConfig, transfer

LAYERS = [
    {"name": "a", "type": "dense", "n_out": 5, "activation": "tanh"},
    {"name": "b", "type": "dense", "n_out": 4, "activation": "tanh"},
    {"name": "out", "type": "output", "n_out": 3},
]


@pytest.fixture
def base():
    return Network(NetworkConfig.model_validate({"input": 6, "seed": 3, "layers": LAYERS}))


def values(network, layer):
    return [network.parameter(s) for s in network.parameters.slots if s.node.name == layer]


def test_a_new_end_on_frozen_layers(base):
    made = transfer(
        base, TransferConfig(freeze="a", remove_last=1, add=[{"name": "new", "type": "output", "n_out": 7}])
    )
    x = np.random.default_rng(0).normal(size=(5, 6)).astype("f")
    assert np.array_equal(made.activations(x)["b"], base.activations(x)["b"])
    before = [v.copy() for v in values(made, "a")]
    made.fit(x, np.eye(7, dtype="f")[:5])
    assert all(np.array_equal(v, b) for v, b in zip(values(made, "a"), before, strict=True))
    assert "a (Frozen DenseLayer)" in made.summary()


def test_a_replaced_width_starts_its_layer_and_the_next_anew(base):
    made = transfer(base, TransferConfig(replace=[{"layer": "b", "n_out": 9}]))
    assert all(np.array_equal(v, b) for v, b in zip(values(made, "a"), values(base, "a"), strict=True))
    assert [v.shape for v in values(made, "b")] == [(5, 9), (9,)]
    assert [v.shape for v in values(made, "out")] == [(9, 3), (3,)]


def test_fine_tuning_reaches_all_layers(base):
    made = transfer(base, TransferConfig(fine_tune={"updater": {"type": "adam", "learning_rate": 0.5}, "l2": 0.1}))
    assert {node.thing.updater.type for node in made.graph.nodes} == {"adam"}
    assert {node.thing.l2 for node in made.graph.nodes} == {0.1}
    assert np.array_equal(made.params, base.params)


def test_names_are_checked(base):
    with pytest.raises(InvalidValue) as error:
        transfer(base, TransferConfig(freeze="c"))
    assert str(error.value) == "the network has no layer `c`"
    assert error.value.hint == "layers: a, b, out"
    with pytest.raises(InvalidValue) as error:
        transfer(base, TransferConfig(remove_last=3))
    assert str(error.value) == "`remove_last: 3` of 3 layers leaves none"
