import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.preprocessors.feed_forward_to_cnn import FeedForwardToCnn
from dl4py.shapes import Convolutional, ConvolutionalFlat, FeedForward

STEP = FeedForwardToCnn(num_channels=2, input_height=3, input_width=4)


@pytest.mark.parametrize("given", [FeedForward(24), ConvolutionalFlat(2, 3, 4)])
def test_rows_become_images(given):
    assert STEP.output_shape(given) == Convolutional(2, 3, 4)
    check_face(STEP, [given], [generator().normal(size=(3, 24))], lambda x: x.reshape(3, 2, 3, 4))


def test_images_go_through():
    for layout, size in (("NCHW", (3, 2, 3, 4)), ("NHWC", (3, 3, 4, 2))):
        images = Convolutional(2, 3, 4, layout)
        check_face(STEP, [images], [generator().normal(size=size)], lambda x: x.copy())


def test_rows_that_are_steps_become_images_that_are():
    assert STEP.output_shape(FeedForward(24, "NCW", 5)).steps == 5


def test_masks_of_examples():
    assert np.array_equal(output_mask(STEP, [FeedForward(24)], np.ones((3, 1))), np.ones((3, 1, 1, 1)))


def test_json():
    step = FeedForwardToCnn(input_height=6, input_width=6)
    keys = '{"inputHeight":6,"inputWidth":6,"numChannels":1}'  # case conv-flat-input
    check_json(step, "FeedForwardToCnnPreProcessor", keys)


def test_sizes_that_do_not_fit():
    with pytest.raises(ShapeError) as error:
        STEP.output_shape(FeedForward(25))
    assert str(error.value) == "`feed_forward_to_cnn` makes 2 x 3 x 4 = 24 values of an example that has 25"
    assert error.value.hint == "the product of channels, height and width must be the width of the rows"
