import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import FeedForward, Recurrent
from dl4py.vertices.last_time_step_vertex import LastTimeStepVertex

LAST = LastTimeStepVertex(name="v", mask_array_input_name="in")


@pytest.mark.parametrize(
    ("given", "truth"),
    [(Recurrent(2, 5), lambda x: x[:, :, -1]), (Recurrent(2, 5, "NWC"), lambda x: x[:, -1])],
)
def test_without_a_mask(given, truth):
    assert LAST.output_shape([given]) == FeedForward(2)
    check_face(LAST, [given], [generator().normal(size=(3, *given.array))], truth)


def test_the_last_step_that_the_mask_leaves():
    mask = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])  # time, batch
    last = [2, 3, 0]
    x = generator().normal(size=(3, 2, 4))
    check_face(LAST, [Recurrent(2, 4)], [x], lambda x: x[np.arange(3), :, last], mask=mask)


def test_the_mask_ends():
    assert output_mask(LAST, [Recurrent(2, 5)], np.ones((5, 3))) is None


def test_json():
    check_json(LAST.but(name=None), "LastTimeStepVertex", '{"maskArrayInputName":"in"}')


def test_the_input_must_be_one_of_the_network():
    with pytest.raises(ShapeError) as error:
        LAST.shape_among([Recurrent(2, 5)], {"a": Recurrent(2, 5), "b": FeedForward(1)})
    assert str(error.value) == "vertex `v` refers to `in`, which is no input of the network"
    assert error.value.hint == "the inputs are a, b"


def test_rows_are_refused():
    with pytest.raises(ShapeError) as error:
        LAST.output_shape([FeedForward(2)])
    assert str(error.value) == "vertex `v` takes sequences, found rows of 2"


def test_a_mask_of_other_steps_is_refused():
    spec = {
        "inputs": {"a": {"type": "recurrent", "size": 3, "time": 5}},
        "vertices": [
            {"name": "short", "type": "cropping1d", "cropping": [1, 1], "inputs": "a"},
            {"name": "v", "type": "last_time_step_vertex", "mask_array_input_name": "a"},
            {"name": "out", "type": "output", "n_out": 2},
        ],
    }
    network = Network(NetworkConfig.model_validate(spec))
    x = np.ones((2, 3, 5), "f")
    assert network.output(x).shape == (2, 2)
    with pytest.raises(ShapeError) as error:
        network.output(x, mask=np.ones((2, 5), "f"))
    assert error.value.render() == (
        "vertex `v` has sequences of 3 steps in 2 examples, the mask of `a` is for 5 steps in 2\n"
        "   = hint: name an input as long as what comes in, or give no mask for `a`"
    )
