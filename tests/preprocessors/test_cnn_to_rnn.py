import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.preprocessors.cnn_to_rnn import CnnToRnn
from dl4py.shapes import Convolutional, FeedForward, Recurrent

STEP = CnnToRnn(num_channels=2, input_height=3, input_width=4)


def test_image_t_batch_plus_n_is_step_t_of_example_n():
    images = Convolutional(2, 3, 4, steps=5)
    assert STEP.output_shape(images) == Recurrent(24, 5)
    x = generator().normal(size=(15, 2, 3, 4))
    check_face(STEP, [images], [x], lambda x: x.reshape(5, 3, 24).transpose(1, 2, 0))


def test_layouts_with_features_last():
    images = Convolutional(2, 3, 4, "NHWC", steps=5)
    x = generator().normal(size=(15, 3, 4, 2))
    step = STEP.but(rnn_data_format="nwc")
    check_face(step, [images], [x], lambda x: x.reshape(5, 3, 24).transpose(1, 0, 2))


def test_images_that_never_were_steps():
    assert STEP.output_shape(Convolutional(2, 3, 4)) == Recurrent(24, 1)


def test_masks():
    images = [Convolutional(2, 3, 4, steps=2)]
    made = output_mask(STEP, images, np.arange(6.0).reshape(6, 1, 1, 1))
    assert np.array_equal(made, np.arange(6.0).reshape(2, 3))


def test_json():
    keys = '{"inputHeight":2,"inputWidth":2,"numChannels":3,"rnnDataFormat":"NCW"}'  # case cnn-rnn-cnn
    check_json(CnnToRnn(input_height=2, input_width=2, num_channels=3), "CnnToRnnPreProcessor", keys)


def test_rows_are_refused():
    with pytest.raises(ShapeError) as error:
        STEP.output_shape(FeedForward(24))
    assert str(error.value) == "`cnn_to_rnn` takes images, found rows of 24"
