import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.preprocessors.keras_flatten_rnn import KerasFlattenRnn
from dl4py.shapes import FeedForward, Recurrent

STEP = KerasFlattenRnn(depth=2, ts_length=5)


@pytest.mark.parametrize(("layout", "size"), [("NCW", (3, 2, 5)), ("NWC", (3, 5, 2))])
def test_a_sequence_is_a_row(layout, size):
    given = Recurrent(2, 5, layout)
    assert STEP.output_shape(given) == FeedForward(10)
    check_face(STEP, [given], [generator().normal(size=size)], lambda x: x.reshape(3, 10))


def test_the_mask_of_steps_ends():
    assert output_mask(STEP, [Recurrent(2, 5)], np.ones((5, 3))) is None


def test_json():
    keys = '{"depth":3,"tsLength":4}'  # printed by DL4J M2.1
    check_json(KerasFlattenRnn(depth=3, ts_length=4), "KerasFlattenRnnPreprocessor", keys)


def test_other_sizes_are_refused():
    with pytest.raises(ShapeError) as error:
        STEP.output_shape(Recurrent(2, 6))
    assert str(error.value) == "`keras_flatten_rnn` takes sequences of 2 x 5 steps, found sequences of 2 x 6 steps"
