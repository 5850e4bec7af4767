import numpy as np
import pytest
from contract import Case, check_layer

from dl4py.errors import ShapeError
from dl4py.layers.dense import Dense
from dl4py.network import Network, NetworkConfig

CASES = [
    Case(Dense(n_out=3)),
    Case(Dense(n_out=3, has_bias=False, activation="tanh")),
    Case(Dense(n_out=5, has_layer_norm=True, activation="tanh", bias_init=0.1, gain_init=1.3)),
    Case(Dense(n_out=3, has_layer_norm=True, has_bias=False), 6),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


def test_dense_is_a_product_plus_a_row():
    network = Case(Dense(n_out=3, activation="identity", bias_init=0.5)).network()
    x = np.linspace(-1, 1, 20).reshape(5, 4).astype("f")
    found = network.activations(x)
    w, b = (network.parameter(s) for s in network.parameters.slots if s.node.name == "layer1")
    assert np.allclose(found["layer1"], found["layer0"] @ w + b, atol=1e-6)
    assert (b == 0.5).all()


def test_n_in_must_fit():
    with pytest.raises(ShapeError) as error:
        Network(NetworkConfig(input=4, layers=[Dense(n_in=5, n_out=3)]))
    assert str(error.value) == "layer `layer0` has n_in 5, but its input has 4 columns"
    assert error.value.hint == "write `n_in: 4`, or leave it out"


def test_images_are_flattened():
    image = {"type": "convolutional", "channels": 2, "height": 3, "width": 4}
    network = Network(NetworkConfig(input=image, layers=[Dense(n_out=3, activation="identity")]))
    x = np.random.default_rng(0).normal(size=(2, 2, 3, 4)).astype("f")
    w, b = map(network.parameter, network.parameters.slots)
    assert np.allclose(network.output(x), x.reshape(2, -1) @ w + b, atol=1e-5)
