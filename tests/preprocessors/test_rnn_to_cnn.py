import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.preprocessors.rnn_to_cnn import RnnToCnn
from dl4py.shapes import Convolutional, FeedForward, Recurrent

STEP = RnnToCnn(num_channels=2, input_height=3, input_width=4)


def test_step_t_of_example_n_is_image_t_batch_plus_n():
    made = STEP.output_shape(Recurrent(24, 5))
    assert made == Convolutional(2, 3, 4)
    assert made.steps == 5
    x = generator().normal(size=(3, 24, 5))
    check_face(STEP, [Recurrent(24, 5)], [x], lambda x: x.transpose(2, 0, 1).reshape(15, 2, 3, 4))


def test_size_last():
    x = generator().normal(size=(3, 5, 24))
    step = STEP.but(rnn_data_format="nwc")
    check_face(step, [Recurrent(24, 5, "NWC")], [x], lambda x: x.transpose(1, 0, 2).reshape(15, 2, 3, 4))


def test_masks():
    made = output_mask(STEP, [Recurrent(24, 2)], np.arange(6.0).reshape(2, 3))
    assert np.array_equal(made, np.arange(6.0).reshape(6, 1, 1, 1))


def test_json():
    keys = '{"inputHeight":3,"inputWidth":3,"numChannels":2,"rnnDataFormat":"NCW"}'  # case cnn-rnn-cnn
    check_json(RnnToCnn(input_height=3, input_width=3, num_channels=2), "RnnToCnnPreProcessor", keys)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (FeedForward(24), "`rnn_to_cnn` takes sequences, found rows of 24"),
        (Recurrent(25), "`rnn_to_cnn` makes 2 x 3 x 4 = 24 values of a step that has 25"),
    ],
)
def test_what_does_not_fit(given, expected):
    with pytest.raises(ShapeError) as error:
        STEP.output_shape(given)
    assert str(error.value) == expected
