import numpy as np
import pytest
from contract import check_face, check_json, check_vertex, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.shapes import Convolutional, Convolutional3D, ConvolutionalFlat, FeedForward, Recurrent
from dl4py.vertices.merge import Merge


def test_contract():
    check_vertex({"type": "merge"}, [3, 2, 4], lambda *xs: np.concatenate(xs, axis=1))


@pytest.mark.parametrize(
    ("given", "sizes", "axis", "made"),
    [
        ([Recurrent(2, 5), Recurrent(3, 5)], [(4, 2, 5), (4, 3, 5)], 1, Recurrent(5, 5)),
        ([Recurrent(2, 5, "NWC"), Recurrent(3, 5, "NWC")], [(4, 5, 2), (4, 5, 3)], 2, Recurrent(5, 5, "NWC")),
        ([Convolutional(1, 2, 3), Convolutional(2, 2, 3)], [(4, 1, 2, 3), (4, 2, 2, 3)], 1, Convolutional(3, 2, 3)),
        (
            [Convolutional(1, 2, 3, "NHWC"), Convolutional(2, 2, 3, "NHWC")],
            [(4, 2, 3, 1), (4, 2, 3, 2)],
            3,
            Convolutional(3, 2, 3, "NHWC"),
        ),
        (
            [Convolutional3D(1, 2, 1, 3, "NDHWC"), Convolutional3D(2, 2, 1, 3, "NDHWC")],
            [(4, 2, 1, 3, 1), (4, 2, 1, 3, 2)],
            4,
            Convolutional3D(3, 2, 1, 3, "NDHWC"),
        ),
    ],
)
def test_features_and_channels(given, sizes, axis, made):
    assert Merge().output_shape(given) == made
    arrays = [generator(i).normal(size=size) for i, size in enumerate(sizes)]
    check_face(Merge(), given, arrays, lambda *xs: np.concatenate(xs, axis))


@pytest.mark.parametrize(
    ("vertex", "given", "sizes", "axis", "made"),
    [
        (Merge(merge_axis=2), [Recurrent(2, 5), Recurrent(2, 3)], [(4, 2, 5), (4, 2, 3)], 2, Recurrent(2, 8)),
        (
            Merge(merge_axis=1, modified=True),
            [Recurrent(2, 5, "NWC"), Recurrent(2, 3, "NWC")],
            [(4, 5, 2), (4, 3, 2)],
            1,
            Recurrent(2, 8, "NWC"),
        ),
        (
            Merge(merge_axis=3),
            [Convolutional(2, 2, 3), Convolutional(2, 2, 1)],
            [(4, 2, 2, 3), (4, 2, 2, 1)],
            3,
            Convolutional(2, 2, 4),
        ),
    ],
)
def test_another_axis(vertex, given, sizes, axis, made):
    assert vertex.output_shape(given) == made
    arrays = [generator(i).normal(size=size) for i, size in enumerate(sizes)]
    check_face(vertex, given, arrays, lambda *xs: np.concatenate(xs, axis))


@pytest.mark.parametrize(
    ("given", "axis"),
    [
        (FeedForward(2), 1),
        (Recurrent(2), 1),
        (Recurrent(2, None, "NWC"), 2),
        (Convolutional(1, 2, 3), 1),
        (Convolutional(1, 2, 3, "NHWC"), 3),
    ],
)
def test_the_axis_that_dl4j_writes(given, axis):
    found = Merge().given([given, given])
    assert (found.merge_axis, found.modified) == (axis, False)
    assert found.output_shape([given, given]) == Merge().output_shape([given, given])


def test_json():
    check_json(Merge(), "MergeVertex", '{"mergeAxis":1,"modified":false}')  # case merge-rnn


def test_a_step_is_there_where_any_input_has_it():
    a, b = np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[0.5, 0.0], [1.0, 0.0]])
    given = [Recurrent(2, 2)] * 2
    assert np.array_equal(output_mask(Merge(), given, a, b), [[1.0, 0.0], [1.0, 0.0]])
    assert output_mask(Merge(), given, a, None) is None
    with pytest.raises(ShapeError) as error:
        output_mask(Merge(name="v"), given, a, b[:1])
    assert str(error.value) == "vertex `v` joins inputs whose masks differ in shape: 2 x 2 and 1 x 2"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            [FeedForward(2), Recurrent(2, 5)],
            "vertex `v` can merge inputs of one sort, found rows of 2, sequences of 2 x 5 steps",
        ),
        ([ConvolutionalFlat(1, 2, 3)] * 2, "vertex `v` can merge inputs of one sort, found rows of 6, rows of 6"),
        (
            [Recurrent(2, 5), Recurrent(2, 6)],
            "vertex `v` needs inputs that differ along the joined axis only, "
            "found sequences of 2 x 5 steps, sequences of 2 x 6 steps",
        ),
    ],
)
def test_what_does_not_fit(given, expected):
    with pytest.raises(ShapeError) as error:
        Merge(name="v").output_shape(given)
    assert str(error.value) == expected


def test_an_axis_that_is_not_there():
    with pytest.raises(ShapeError) as error:
        Merge(name="v", merge_axis=3).output_shape([Recurrent(2, 5)] * 2)
    assert str(error.value) == "vertex `v` joins axis 3 of sequences of 2 x 5 steps"
    assert error.value.hint == "axes of an example count from 1 to 2"
