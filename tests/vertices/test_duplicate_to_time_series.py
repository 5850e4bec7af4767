import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.shapes import FeedForward, Recurrent
from dl4py.vertices.duplicate_to_time_series import DuplicateToTimeSeries

VERTEX = DuplicateToTimeSeries(name="v", input_name="in")


@pytest.mark.parametrize("source", [Recurrent(7, 5), Recurrent(7, 5, "NWC")])
def test_as_many_steps_as_the_input_has(source):
    made = VERTEX.shape_among([FeedForward(2)], {"in": source})
    assert made == Recurrent(2, 5, source.format)

    def truth(x):
        repeated = np.repeat(x[:, :, None], 5, axis=2)
        return repeated if source.format == "NCW" else repeated.transpose(0, 2, 1)

    x = generator().normal(size=(3, 2))
    check_face(VERTEX, [FeedForward(2)], [x], truth, source=np.zeros((5, 3, 7)), made=made)


def test_the_mask_of_the_input_goes_on():
    mask = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(output_mask(VERTEX, [FeedForward(2)], mask), mask)


def test_json():
    check_json(VERTEX.but(name=None), "DuplicateToTimeSeriesVertex", '{"inputName":"in"}')


def test_what_does_not_fit():
    with pytest.raises(ShapeError) as error:
        VERTEX.output_shape([Recurrent(2, 5)])
    assert str(error.value) == "vertex `v` takes rows, found sequences of 2 x 5 steps"
    with pytest.raises(ShapeError) as error:
        VERTEX.shape_among([FeedForward(2)], {"in": FeedForward(7)})
    assert str(error.value) == "vertex `v` needs sequences to count steps of, `in` has rows of 7"
