import numpy as np
import pytest
from contract import check_face, check_json, check_vertex, generator, output_mask, run

from dl4py.errors import ShapeError
from dl4py.shapes import Convolutional, FeedForward, Recurrent
from dl4py.vertices.l2 import L2


def test_contract():
    check_vertex({"type": "l2"}, [3, 3], lambda a, b: np.linalg.norm(a - b, axis=1, keepdims=True))


@pytest.mark.parametrize("given", [Recurrent(2, 5), Recurrent(2, 5, "NWC"), Convolutional(2, 3, 4)])
def test_over_all_values_of_an_example(given):
    a, b = (generator(i).normal(size=(3, *given.array)) for i in range(2))
    assert L2().output_shape([given, given]) == FeedForward(1)
    check_face(L2(), [given] * 2, [a, b], lambda a, b: np.linalg.norm((a - b).reshape(3, -1), axis=1)[:, None])


def test_equal_inputs_have_no_gradient():
    def record(e, a, b, dy):
        with e.inside((FeedForward(2),) * 2, (None, None)):
            y, backward = L2().emit(e, [a, b])
        return [y, *backward(dy)]

    x = np.array([[1.0, 2.0]])
    y, da, db, _ = run(record, x, x.copy(), np.ones((1, 1)))
    assert (y[0, 0], *da[0], *db[0]) == (0.0, 0.0, 0.0, 0.0, 0.0)


def test_masks():
    rows, steps = np.array([[1.0], [0.0]]), np.ones((5, 2))
    assert np.array_equal(output_mask(L2(), [FeedForward(3)] * 2, rows, None), rows)
    assert output_mask(L2(), [Recurrent(2, 5)] * 2, steps, steps) is None


def test_json():
    check_json(L2(), "L2Vertex", "{}")  # case vertex-l2; DL4J forgets eps


def test_shapes_must_agree():
    with pytest.raises(ShapeError) as error:
        L2(name="v").output_shape([FeedForward(2), FeedForward(3)])
    assert str(error.value) == "vertex `v` needs two inputs of one shape, found rows of 2, rows of 3"
