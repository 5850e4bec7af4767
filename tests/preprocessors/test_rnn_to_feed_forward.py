import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.preprocessors.rnn_to_feed_forward import RnnToFeedForward
from dl4py.shapes import Convolutional, FeedForward, Recurrent


def test_step_t_of_example_n_is_row_t_batch_plus_n():
    x = generator().normal(size=(3, 2, 5))  # batch, size, time
    check_face(RnnToFeedForward(), [Recurrent(2, 5)], [x], lambda x: x.transpose(2, 0, 1).reshape(15, 2))


def test_size_last():
    x = generator().normal(size=(3, 5, 2))
    step = RnnToFeedForward(rnn_data_format="nwc")
    check_face(step, [Recurrent(2, 5, "NWC")], [x], lambda x: x.transpose(1, 0, 2).reshape(15, 2))


def test_the_time_format_and_the_steps_are_kept():
    made = RnnToFeedForward().output_shape(Recurrent(2, 5, "NWC"))
    assert made == FeedForward(2, "NWC")
    assert made.steps == 5


def test_rows_go_through():
    check_face(RnnToFeedForward(), [FeedForward(2)], [generator().normal(size=(3, 2))], lambda x: x.copy())


def test_masks():
    mask = np.arange(6.0).reshape(2, 3)  # time, batch
    assert np.array_equal(output_mask(RnnToFeedForward(), [Recurrent(2, 2)], mask), np.arange(6.0)[:, None])
    rows = np.ones((3, 1))
    assert np.array_equal(output_mask(RnnToFeedForward(), [FeedForward(2)], rows), rows)


def test_json():
    check_json(RnnToFeedForward(), "RnnToFeedForwardPreProcessor", '{"rnnDataFormat":"NCW"}')  # case mask-zero


def test_images_are_refused():
    with pytest.raises(ShapeError) as error:
        RnnToFeedForward().output_shape(Convolutional(1, 2, 3))
    assert str(error.value) == "`rnn_to_feed_forward` takes sequences, found images of 1 x 2 x 3 (NCHW)"
