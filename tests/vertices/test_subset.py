import pytest
from contract import check_face, check_json, check_vertex, generator

from dl4py.errors import ShapeError
from dl4py.shapes import Convolutional, Convolutional3D, ConvolutionalFlat, FeedForward, Recurrent
from dl4py.vertices.subset import Subset


def test_contract():
    check_vertex({"type": "subset", "from": 1, "to": 3}, [5], lambda x: x[:, 1:4])


@pytest.mark.parametrize(
    ("given", "truth"),
    [
        (Recurrent(4, 5), lambda x: x[:, 1:3]),
        (Recurrent(4, 5, "NWC"), lambda x: x[:, :, 1:3]),
        (Convolutional(4, 2, 3), lambda x: x[:, 1:3]),
        (Convolutional(4, 2, 3, "NHWC"), lambda x: x[..., 1:3]),
        (Convolutional3D(4, 2, 3, 1), lambda x: x[:, 1:3]),
    ],
)
def test_features_and_channels(given, truth):
    x = generator().normal(size=(3, *given.array))
    check_face(Subset(from_=1, to=2), [given], [x], truth)


def test_rows_that_are_steps_stay_steps():
    assert Subset(from_=0, to=1).output_shape([FeedForward(4, "NCW", 5)]).steps == 5


def test_json():
    check_json(Subset(from_=2, to=5), "SubsetVertex", '{"from":2,"to":5}')  # case vertex-subset


@pytest.mark.parametrize(
    ("vertex", "given", "expected"),
    [
        (Subset(name="v", from_=1, to=4), FeedForward(4), "vertex `v` takes columns 1 to 4 of rows of 4"),
        (
            Subset(name="v", from_=3, to=2),
            Recurrent(4),
            "vertex `v` takes features 3 to 2 of sequences of 4 x any steps",
        ),
        (Subset(name="v", from_=0, to=1), ConvolutionalFlat(1, 2, 3), "vertex `v` takes columns 0 to 1 of rows of 6"),
    ],
)
def test_what_is_not_there(vertex, given, expected):
    with pytest.raises(ShapeError) as error:
        vertex.output_shape([given])
    assert str(error.value) == expected
