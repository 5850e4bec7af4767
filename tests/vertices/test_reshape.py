import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.network import Network, NetworkConfig


def graph(shape, **more):
    vertices = [
        {"name": "v", "type": "reshape", "new_shape": shape, "inputs": "in"},
        {"name": "out", "type": "output", "n_out": 2, "activation": "identity", "loss": "mse"},
    ]
    return Network(NetworkConfig(inputs={"in": 12}, vertices=vertices, **more))


def test_values_keep_their_order():
    network = graph([-1, 3, 2, 2])
    x = np.arange(24.0).reshape(2, 12)
    assert np.array_equal(network.activations(x)["v"], x.reshape(2, 3, 2, 2))
    w, b = map(network.parameter, network.parameters.slots)
    assert np.allclose(network.output(x), x @ w + b, rtol=1e-5)


def test_the_number_of_values_must_fit():
    with pytest.raises(ShapeError) as error:
        graph([-1, 5, 2])
    assert str(error.value) == "vertex `v` cannot give 12 values the shape [-1, 5, 2]"
