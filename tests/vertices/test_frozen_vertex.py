import numpy as np
import pytest
from contract import check_json, generator, output_mask, run

from dl4py.errors import ShapeError
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import Convolutional, Recurrent
from dl4py.vertices.frozen_vertex import FrozenVertex
from dl4py.vertices.last_time_step_vertex import LastTimeStepVertex
from dl4py.vertices.merge import Merge
from dl4py.vertices.scale import Scale


def test_values_pass_and_gradients_do_not():
    scale = {"type": "scale", "scale_factor": 2.0}
    vertices = [
        {"name": "d", "type": "dense", "n_out": 3, "inputs": "in"},
        {"name": "v", "type": "frozen_vertex", "underlying": scale},
        {"name": "out", "type": "output", "n_out": 2},
    ]
    network = Network(NetworkConfig.model_validate({"inputs": {"in": 4}, "vertices": vertices}))
    x = generator().normal(size=(5, 4))
    found = network.activations(x)
    assert np.array_equal(found["v"], 2 * found["d"])
    gradient = network.gradient(x, np.eye(2)[[0, 1, 0, 1, 1]])
    assert not gradient[:15].any()
    assert gradient[15:].all()


def test_masks_and_inputs_of_the_network_reach_the_vertex_inside():
    vertex = FrozenVertex(name="v", underlying=LastTimeStepVertex(mask_array_input_name="in"))
    mask = np.array([[1.0, 1.0], [1.0, 0.0]])
    x = generator().normal(size=(2, 2, 3))  # time, batch, size

    def record(e, xs, m):
        e.sources = {"in": (xs, m)}
        with e.inside((Recurrent(3, 2),), (m,)):
            return [vertex.emit(e, [xs])[0]]

    assert np.array_equal(run(record, x, mask)[0], x[[1, 0], [0, 1]])
    assert output_mask(vertex, [Recurrent(3, 2)], mask) is None
    with pytest.raises(ShapeError) as error:
        vertex.shape_among([Recurrent(3, 2)], {"a": Recurrent(3, 2)})
    assert str(error.value) == "vertex `v` refers to `in`, which is no input of the network"


def test_the_vertex_inside_knows_its_inputs():
    images = [Convolutional(1, 2, 3, "NHWC")] * 2
    assert FrozenVertex(underlying=Merge()).given(images).underlying.merge_axis == 3


def test_parameters_inside_stay():
    attention = {"type": "attention", "n_out": 2, "project_input": True}
    vertices = [
        {"name": "v", "type": "frozen_vertex", "underlying": attention, "inputs": ["in", "in", "in"]},
        {"name": "out", "type": "rnn_output", "n_out": 2, "loss": "mse", "activation": "tanh"},
    ]
    spec = {"inputs": {"in": {"type": "recurrent", "size": 3, "time": 4}}, "vertices": vertices}
    network = Network(NetworkConfig.model_validate(spec))
    g = generator()
    x, y = g.normal(size=(5, 3, 4)), g.normal(size=(5, 2, 4))
    before = network.params.copy()
    network.fit(x, y)
    assert np.array_equal(network.params[:22], before[:22])  # three projections of 2 x 3 and one of 2 x 2
    assert not np.array_equal(network.params[22:], before[22:])
    assert not network.gradient(x, y)[:22].any()


def test_json():
    inside = '{"@class":"org.deeplearning4j.nn.conf.graph.ScaleVertex","scaleFactor":2.0}'
    check_json(FrozenVertex(underlying=Scale(scale_factor=2.0)), "FrozenVertex", f'{{"underlying":{inside}}}')
