import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.preprocessors.feed_forward_to_rnn import FeedForwardToRnn
from dl4py.shapes import ConvolutionalFlat, FeedForward, Recurrent


def test_row_t_batch_plus_n_is_step_t_of_example_n():
    x = generator().normal(size=(15, 2))
    rows = FeedForward(2, "NCW", 5)
    assert FeedForwardToRnn().output_shape(rows) == Recurrent(2, 5)
    check_face(FeedForwardToRnn(), [rows], [x], lambda x: x.reshape(5, 3, 2).transpose(1, 2, 0))


def test_size_last():
    x = generator().normal(size=(15, 2))
    step = FeedForwardToRnn(rnn_data_format="nwc")
    check_face(step, [FeedForward(2, "NCW", 5)], [x], lambda x: x.reshape(5, 3, 2).transpose(1, 0, 2))


@pytest.mark.parametrize("given", [FeedForward(4), ConvolutionalFlat(1, 2, 2)])
def test_rows_that_never_were_steps_become_sequences_of_one(given):
    assert FeedForwardToRnn().output_shape(given) == Recurrent(4, 1)
    check_face(FeedForwardToRnn(), [given], [generator().normal(size=(3, 4))], lambda x: x[:, :, None])


def test_masks():
    mask = np.arange(6.0)[:, None]
    made = output_mask(FeedForwardToRnn(), [FeedForward(2, "NCW", 2)], mask)
    assert np.array_equal(made, np.arange(6.0).reshape(2, 3))


def test_json():
    check_json(FeedForwardToRnn(), "FeedForwardToRnnPreProcessor", '{"rnnDataFormat":"NCW"}')  # case rnn-dense-between


def test_sequences_are_refused():
    with pytest.raises(ShapeError) as error:
        FeedForwardToRnn().output_shape(Recurrent(2, 5))
    assert str(error.value) == "`feed_forward_to_rnn` takes rows, found sequences of 2 x 5 steps"
