import numpy as np
import pytest
from contract import check_face, check_json, check_vertex, generator, run

from dl4py.errors import ShapeError
from dl4py.shapes import Convolutional, FeedForward, Recurrent
from dl4py.vertices.l2_normalize import L2Normalize


def test_contract():
    check_vertex({"type": "l2_normalize"}, [4], lambda x: x / np.linalg.norm(x, axis=1, keepdims=True))


@pytest.mark.parametrize("given", [Recurrent(2, 5), Recurrent(2, 5, "NWC"), Convolutional(2, 3, 4)])
def test_over_all_values_of_an_example(given):
    x = generator().normal(size=(3, *given.array))

    def truth(x):
        return x / np.linalg.norm(x.reshape(3, -1), axis=1).reshape(3, *(1,) * (x.ndim - 1))

    check_face(L2Normalize(), [given], [x], truth)
    check_face(L2Normalize(dimension=tuple(range(1, x.ndim))), [given], [x], truth)


@pytest.mark.parametrize(("given", "axis"), [(Recurrent(2, 5), 1), (Convolutional(2, 3, 4, "NHWC"), 3)])
def test_over_the_features(given, axis):
    x = generator().normal(size=(3, *given.array))
    vertex = L2Normalize(dimension=(axis,))
    check_face(vertex, [given], [x], lambda x: x / np.linalg.norm(x, axis=axis, keepdims=True))


def test_rows_shorter_than_eps_are_divided_by_it():
    check_face(L2Normalize(eps=10.0), [FeedForward(3)], [generator().normal(size=(2, 3))], lambda x: x / 10.0)


def gradient(x, mode):
    def record(e, xs, dy):
        with e.inside((FeedForward(2),), (None,)):
            _, backward = L2Normalize(eps=1e-4).emit(e, [xs])
        return backward(dy)

    return run(record, x, np.array([[1.0, 0.0]]), mode=mode)[0]


def test_dl4j_bounds_the_third_power_of_short_lengths():  # quirk 60
    x = np.array([[0.003, 0.004]])
    true = np.array([[1 / 0.005 - 0.003 * 0.003 / 0.005**3, -0.004 * 0.003 / 0.005**3]])
    floored = np.array([[1 / 0.005 - 0.003 * 0.003 / 1e-4, -0.004 * 0.003 / 1e-4]])
    assert np.allclose(gradient(x, "exact"), true, rtol=1e-9)
    assert np.allclose(gradient(x, "dl4j"), floored, rtol=1e-9)
    long = 1000 * x
    assert np.array_equal(gradient(long, "exact"), gradient(long, "dl4j"))


def test_json():
    check_json(L2Normalize(), "L2NormalizeVertex", '{"dimension":null,"eps":1.0E-8}')  # case vertex-l2-normalize


def test_other_dimensions_are_refused():
    with pytest.raises(ShapeError) as error:
        L2Normalize(name="v", dimension=(2,)).output_shape([Recurrent(2, 5)])
    assert str(error.value) == "vertex `v` cannot take norms of sequences of 2 x 5 steps over dimensions [2]"
    assert error.value.hint == "write 1 for the norm of the features, or leave `dimension` out"
