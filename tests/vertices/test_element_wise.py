import numpy as np
import pytest
from contract import check_face, check_json, check_vertex, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.shapes import Convolutional, FeedForward, Recurrent
from dl4py.vertices.element_wise import ElementWise

TRUTH = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "product": lambda a, b: a * b,
    "average": lambda a, b: (a + b) / 2,
    "max": np.maximum,
}


@pytest.mark.parametrize("op", TRUTH)
def test_contract(op):
    check_vertex({"type": "element_wise", "op": op}, [3, 3], TRUTH[op])


def test_three_inputs():
    check_vertex({"type": "element_wise", "op": "product"}, [3, 3, 3], lambda a, b, c: a * b * c)


def test_a_single_column_is_repeated():
    check_vertex({"type": "element_wise", "op": "add"}, [3, 1], lambda a, b: a + b)


def test_widths_must_agree():
    with pytest.raises(ShapeError) as error:
        check_vertex({"type": "element_wise", "op": "add"}, [3, 2], None)
    assert str(error.value) == ("vertex `v` needs inputs of one shape, found rows of 3, rows of 2")


SEQUENCES = [Recurrent(3, 5), Recurrent(1, 5), Recurrent(3, 1)]
IMAGES = [Convolutional(2, 3, 4), Convolutional(2, 1, 1), Convolutional(1, 3, 4)]


@pytest.mark.parametrize("op", ["add", "product", "average", "max"])
@pytest.mark.parametrize("given", [SEQUENCES, IMAGES])
def test_sizes_of_one_are_repeated_in_every_rank(op, given):
    formula = {"average": lambda a, b, c: (a + b + c) / 3, "max": lambda a, b, c: np.maximum(np.maximum(a, b), c)}
    formula |= {"add": lambda a, b, c: a + b + c, "product": lambda a, b, c: a * b * c}
    vertex = ElementWise(op=op)
    assert vertex.output_shape(given) == given[0]
    arrays = [generator(i).normal(size=(2, *shape.array)) for i, shape in enumerate(given)]
    check_face(vertex, given, arrays, formula[op])


def test_the_second_is_taken_from_the_first():
    given = [Recurrent(1, 5, "NWC"), Recurrent(3, 5, "NWC")]
    arrays = [generator(i).normal(size=(2, *shape.array)) for i, shape in enumerate(given)]
    assert ElementWise(op="subtract").output_shape(given) == given[1]
    check_face(ElementWise(op="subtract"), given, arrays, lambda a, b: a - b)


def test_a_single_input_goes_through():
    check_face(ElementWise(op="add"), [FeedForward(3)], [generator().normal(size=(2, 3))], lambda x: x.copy())


def test_a_tie_of_the_maximum_goes_to_the_first():
    from contract import run

    def record(e, a, b, dy):
        with e.inside((FeedForward(2),) * 2, (None, None)):
            _, backward = ElementWise(op="max").emit(e, [a, b])
        return backward(dy)

    da, db, _ = run(record, np.array([[1.0, 2.0]]), np.array([[1.0, 3.0]]), np.array([[5.0, 7.0]]))
    assert np.array_equal(da, [[5.0, 0.0]])
    assert np.array_equal(db, [[0.0, 7.0]])


def test_a_step_is_there_where_any_input_has_it():
    a, b = np.array([[1.0, 0.0]]), np.array([[0.0, 0.0]])
    given = [Recurrent(2, 1)] * 2
    assert np.array_equal(output_mask(ElementWise(op="add"), given, a, b), [[1.0, 0.0]])
    assert output_mask(ElementWise(op="add"), given, None, b) is None


def test_json():
    check_json(ElementWise(op="add"), "ElementWiseVertex", '{"op":"Add"}')  # case graph-residual-cnn


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([FeedForward(2), Recurrent(2, 5)], "rows of 2, sequences of 2 x 5 steps"),
        ([Recurrent(2, 5), Recurrent(2, 5, "NWC")], "sequences of 2 x 5 steps, sequences of 2 x 5 steps"),
        ([FeedForward(2), FeedForward(2, "NCW", 5)], "rows of 2, rows of 2"),
    ],
)
def test_sorts_do_not_mix(given, expected):
    with pytest.raises(ShapeError) as error:
        ElementWise(name="v", op="add").output_shape(given)
    assert str(error.value) == f"vertex `v` needs inputs of one shape, found {expected}"


def test_three_cannot_be_subtracted():
    with pytest.raises(ShapeError) as error:
        ElementWise(name="v", op="subtract").output_shape([FeedForward(2)] * 3)
    assert str(error.value) == "vertex `v` subtracts one input from another, found 3 inputs"
