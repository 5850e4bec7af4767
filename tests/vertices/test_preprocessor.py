import numpy as np

from dl4py.network import Network, NetworkConfig


def test_the_preprocessor_is_applied():
    to_image = {"type": "feed_forward_to_cnn", "input_height": 2, "input_width": 3, "num_channels": 2}
    vertices = [
        {"name": "v", "type": "preprocessor", "pre_processor": to_image, "inputs": "in"},
        {"name": "out", "type": "output", "n_out": 2},
    ]
    network = Network(NetworkConfig(inputs={"in": 12}, vertices=vertices))
    x = np.arange(24.0).reshape(2, 12)
    assert np.array_equal(network.activations(x)["v"], x.reshape(2, 2, 2, 3))
