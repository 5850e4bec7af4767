import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent
from dl4py.vertices.reshape import Reshape


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


@pytest.mark.parametrize("order", ["c", "f"])
@pytest.mark.parametrize(
    ("given", "shape", "made"),
    [
        (FeedForward(12), (-1, 3, 4), Recurrent(3, 4)),
        (Recurrent(3, 4), (-1, 12), FeedForward(12)),
        (Recurrent(3, 4, "NWC"), (-1, 3, 2, 2), Convolutional(3, 2, 2)),
        (Convolutional(3, 2, 2, "NHWC"), (5, -1), FeedForward(12)),
        (FeedForward(12), (-1, 3, 2, 1, 2), Convolutional3D(3, 2, 1, 2)),
    ],
)
def test_every_rank(order, given, shape, made):
    vertex = Reshape(new_shape=shape, reshape_order=order)
    assert vertex.output_shape([given]) == made
    x = generator().normal(size=(5, *given.array))
    check_face(vertex, [given], [x], lambda x: x.reshape((5, *made.array), order=order.upper()))


def test_masks():
    rows, steps = np.array([[1.0], [0.0]]), np.arange(6.0).reshape(3, 2)
    assert np.array_equal(
        output_mask(Reshape(new_shape=(-1, 1, 2, 3)), [FeedForward(6)], rows), rows.reshape(2, 1, 1, 1)
    )
    assert output_mask(Reshape(new_shape=(-1, 2, 3)), [FeedForward(6)], rows) is None
    assert np.array_equal(output_mask(Reshape(new_shape=(-1, 2, 3)), [Recurrent(2, 3)], steps), steps)
    assert output_mask(Reshape(new_shape=(-1, 3, 2)), [Recurrent(2, 3)], steps) is None
    flat = Reshape(new_shape=(-1, 2, 3), mask_shape=(-1, 3))
    assert np.array_equal(output_mask(flat, [Recurrent(2, 3)], steps), steps)


def test_json():
    keys = '{"maskShape":null,"newShape":[-1,3,2,2],"reshapeOrder":"c"}'  # case vertex-reshape
    check_json(Reshape(new_shape=(-1, 3, 2, 2)), "ReshapeVertex", keys)
    keys = '{"maskShape":[-1,1],"newShape":[-1,2],"reshapeOrder":"f"}'  # printed by DL4J M2.1
    check_json(Reshape(new_shape=(-1, 2), mask_shape=(-1, 1), reshape_order="f"), "ReshapeVertex", keys)
