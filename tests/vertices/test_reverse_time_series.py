import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import FeedForward, Recurrent
from dl4py.vertices.reverse_time_series import ReverseTimeSeries

MASKED = ReverseTimeSeries(name="v", mask_array_input_name="in")


@pytest.mark.parametrize("vertex", [ReverseTimeSeries(), MASKED])
@pytest.mark.parametrize(
    ("given", "truth"),
    [(Recurrent(2, 5), lambda x: x[:, :, ::-1]), (Recurrent(2, 5, "NWC"), lambda x: x[:, ::-1])],
)
def test_without_a_mask(vertex, given, truth):
    check_face(vertex, [given], [generator().normal(size=(3, *given.array))], truth)


def test_the_steps_that_the_mask_leaves_change_places():
    mask = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])  # time, batch
    x = generator().normal(size=(3, 2, 4))

    def truth(x):
        y = np.zeros_like(x)
        y[0, :, :3] = x[0, :, 2::-1]
        y[1, :, 1:3] = x[1, :, 2:0:-1]
        return y

    check_face(MASKED, [Recurrent(2, 4)], [x], truth, mask=mask)


def test_the_mask_stays():
    mask = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(output_mask(MASKED, [Recurrent(2, 2)], mask), mask)


def test_json():
    check_json(MASKED.but(name=None), "ReverseTimeSeriesVertex", '{"maskArrayInputName":"in"}')
    check_json(ReverseTimeSeries(), "ReverseTimeSeriesVertex", '{"maskArrayInputName":null}')


def test_the_input_must_be_one_of_the_network():
    with pytest.raises(ShapeError) as error:
        MASKED.shape_among([Recurrent(2, 5)], {"a": FeedForward(1)})
    assert str(error.value) == "vertex `v` refers to `in`, which is no input of the network"


@pytest.mark.parametrize("vertex", [ReverseTimeSeries(), MASKED])
def test_dl4j_takes_features_for_steps_where_these_come_first(vertex):
    """Quirk 64: of a mask it sees as many steps as there are features."""
    spec = {
        "inputs": {"in": {"type": "recurrent", "size": 3, "time": 4, "format": "nwc"}},
        "vertices": [
            {"name": "v", "inputs": "in", "type": "reverse_time_series", **vertex.model_dump(include={"mask_array_input_name"})},
            {"name": "out", "type": "rnn_loss", "loss": "mse", "activation": "identity"},
        ],
    }  # fmt: skip
    x = generator().normal(size=(2, 4, 3)).astype("f")
    mask = np.float32([[1, 1, 1, 1], [1, 1, 0, 0]]) if vertex is MASKED else None
    found = {m: Network(NetworkConfig.model_validate({**spec, "compatibility": m})) for m in ("exact", "dl4j")}
    found = {mode: network.activations(x, mask=mask)["v"] for mode, network in found.items()}
    backwards = x[:, ::-1].copy(), x[:, :, ::-1].copy()
    if mask is not None:
        backwards[0][1] = np.concatenate([x[1, 1::-1], np.zeros((2, 3))])
        backwards[1][1] = np.stack([x[1, :, 1], x[1, :, 0], np.zeros(4)], axis=1)
    assert np.array_equal(found["exact"], backwards[0])
    assert np.array_equal(found["dl4j"], backwards[1])
